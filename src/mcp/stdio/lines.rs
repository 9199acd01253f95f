//! Bytes into lines, with bounded memory.

use std::io;
use std::ops::Range;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest line that is taken, newline not counted: rmcp's own limit (`DEFAULT_MAX_LINE_LENGTH`). A longer one
/// is read past without being kept.
pub(super) const MAX_LINE: usize = 16 * 1024 * 1024;

/// What one read asks for, and what is kept between messages.
const CHUNK: usize = 32 * 1024;

/// Above this the buffer is given back once its line has been dealt with.
const KEEP: usize = 1024 * 1024;

/// Splits a stream at newlines. Its buffer holds one line and what was read behind it, never more than
/// [`MAX_LINE`] and a chunk.
pub(super) struct Lines<R> {
    input: R,
    /// Initialised throughout, so that a read needs no clearing first.
    buffer: Vec<u8>,
    /// Where the line being read starts, and where what was read ends.
    start: usize,
    end: usize,
    /// Up to here there is no newline.
    scanned: usize,
    /// The line being read has been given up.
    skipping: bool,
    ended: bool,
}

pub(super) enum Next {
    /// A whole line, for [`Lines::get`] until the next call.
    Line(Range<usize>),
    /// A line longer than [`MAX_LINE`]; it is gone. Reported once, as soon as it is known.
    TooLong,
    /// End of input.
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, buffer: vec![0; CHUNK], start: 0, end: 0, scanned: 0, skipping: false, ended: false }
    }

    pub(super) fn get(&self, line: Range<usize>) -> &[u8] {
        &self.buffer[line]
    }

    /// The next line. May be dropped at any await without losing a byte: rmcp does so whenever an answer is ready
    /// first.
    ///
    /// A last line without a newline counts: what was cut off in the middle is no JSON and is found out later.
    pub(super) async fn next(&mut self) -> io::Result<Next> {
        loop {
            let newline = self.buffer[self.scanned..self.end].iter().position(|byte| *byte == b'\n');
            if let Some(offset) = newline {
                let line = self.start..self.scanned + offset;
                self.start = line.end + 1;
                self.scanned = self.start;
                if std::mem::take(&mut self.skipping) {
                    continue;
                }
                return Ok(if line.len() > MAX_LINE { Next::TooLong } else { Next::Line(line) });
            }
            self.scanned = self.end;
            if self.skipping {
                self.start = self.end;
            } else if self.end - self.start > MAX_LINE {
                self.skipping = true;
                self.start = self.end;
                return Ok(Next::TooLong);
            }
            if self.ended {
                let line = self.start..self.end;
                self.start = self.end;
                return Ok(if line.is_empty() { Next::End } else { Next::Line(line) });
            }
            self.make_room();
            match self.input.read(&mut self.buffer[self.end..]).await? {
                0 => self.ended = true,
                count => self.end += count,
            }
        }
    }

    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end, self.scanned) = (0, 0, 0);
            if self.buffer.len() > KEEP {
                self.buffer = vec![0; CHUNK];
            }
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            (self.start, self.scanned) = (0, self.end);
            if self.buffer.len() - self.end < CHUNK / 2 {
                let grown = (self.buffer.len() * 2).min(MAX_LINE + CHUNK);
                // Exactly, since `resize` alone would double the last time, too.
                self.buffer.reserve_exact(grown - self.buffer.len());
                self.buffer.resize(grown, 0);
            }
        }
    }
}

/// The lines of a stream that comes so many bytes at a time.
#[cfg(any(test, fuzzing))]
pub(in crate::mcp) async fn split(stream: &[u8], step: usize) -> Vec<Vec<u8>> {
    let mut lines = Lines::new(Pieces { stream, step });
    let mut found = Vec::new();
    while let Ok(next) = lines.next().await {
        match next {
            Next::Line(line) => found.push(lines.get(line).to_vec()),
            Next::TooLong => {}
            Next::End => break,
        }
    }
    found
}

#[cfg(any(test, fuzzing))]
struct Pieces<'a> {
    stream: &'a [u8],
    step: usize,
}

#[cfg(any(test, fuzzing))]
impl AsyncRead for Pieces<'_> {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        let length = self.step.min(self.stream.len()).min(buffer.remaining());
        let (piece, rest) = self.stream.split_at(length);
        buffer.put_slice(piece);
        self.stream = rest;
        std::task::Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    /// The lines of `input`, read `step` bytes at a time; `None` for one that was too long.
    async fn split(input: Vec<u8>, step: usize) -> (Vec<Option<String>>, usize) {
        let (mut peer, ours) = tokio::io::duplex(step);
        tokio::spawn(async move { peer.write_all(&input).await });
        let mut lines = Lines::new(ours);
        let (mut found, mut largest) = (Vec::new(), 0);
        loop {
            let next = lines.next().await.unwrap();
            largest = largest.max(lines.buffer.capacity());
            match next {
                Next::Line(line) => found.push(Some(String::from_utf8(lines.get(line).to_vec()).unwrap())),
                Next::TooLong => found.push(None),
                Next::End => return (found, largest),
            }
        }
    }

    #[tokio::test]
    async fn cuts_fall_anywhere() {
        let text: Vec<String> = (0..2_000).map(|n| "ab".repeat(n % 50)).collect();
        for step in [1, 7, 4096, 100_000] {
            let (found, _) = split(text.join("\n").into_bytes(), step).await;
            assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), text[..text.len()], "{step}");
        }
    }

    #[tokio::test]
    async fn long_lines_between_short_ones() {
        let long = "x".repeat(3 * KEEP);
        let (found, _) = split(format!("a\n{long}\nb\n{long}\n{long}\nc").into_bytes(), 65_536).await;
        let lengths: Vec<_> = found.iter().flatten().map(String::len).collect();
        assert_eq!(lengths, [1, long.len(), 1, long.len(), long.len(), 1]);
    }

    #[tokio::test]
    async fn a_line_too_long_is_reported_once_and_not_kept() {
        let mut input = b"a\n".to_vec();
        input.resize(3 * MAX_LINE, b'x');
        input.extend_from_slice(b"\nb\n");
        let (found, largest) = split(input, 65_536).await;
        assert_eq!(found, [Some("a".into()), None, Some("b".into())]);
        assert!(largest <= MAX_LINE + CHUNK, "{largest}");
    }

    #[tokio::test]
    async fn the_limit_is_exact() {
        let mut input = vec![b'x'; MAX_LINE];
        input.push(b'\n');
        input.resize(2 * MAX_LINE + 2, b'x');
        input.extend_from_slice(b"\nb");
        let (found, _) = split(input, 65_536).await;
        assert_eq!(
            found.iter().map(|line| line.as_ref().map(String::len)).collect::<Vec<_>>(),
            [Some(MAX_LINE), None, Some(1)]
        );
    }
}
