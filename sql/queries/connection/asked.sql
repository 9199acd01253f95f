SELECT current_setting('facturo.asked', true)
