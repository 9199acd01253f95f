#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| facturo::mcp::hostile::dates(bytes));
