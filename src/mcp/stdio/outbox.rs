//! Messages into bytes: a queue that is written out in as few writes as the moment allows.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;

/// While more than this waits for a slow reader, no new message is read. Generous, since a client that writes all
/// its requests before it reads an answer would otherwise come to a standstill with us.
pub(super) const BACKLOG: usize = 8 * 1024 * 1024;

/// Above this a buffer is given back after it has been written.
const KEEP: usize = 1024 * 1024;

/// [`push`](Self::push) encodes at once and in order; [`flush`](Self::flush) writes all that has been pushed so
/// far. Whoever flushes first writes for those behind, so answers that are ready together leave together, and
/// there is no task of its own to start, stop or lose.
pub(super) struct Outbox<W> {
    queue: Mutex<Vec<u8>>,
    writer: tokio::sync::Mutex<Writer<W>>,
    /// Bytes pushed and not yet written.
    waiting: AtomicUsize,
    broken: AtomicBool,
    progress: Notify,
}

struct Writer<W> {
    output: W,
    /// Being written; `written` of it is out. Kept here and not in the future that writes, so that one which is
    /// dropped halfway leaves nothing half written.
    batch: Vec<u8>,
    written: usize,
}

impl<W: AsyncWrite + Unpin> Outbox<W> {
    pub(super) fn new(output: W) -> Self {
        Self {
            queue: Mutex::default(),
            writer: tokio::sync::Mutex::new(Writer { output, batch: Vec::new(), written: 0 }),
            waiting: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
            progress: Notify::new(),
        }
    }

    /// Queues what `encode` appends, as one line.
    pub(super) fn push(&self, encode: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>) -> io::Result<()> {
        self.check()?;
        let mut queue = self.queue();
        let before = queue.len();
        if let Err(error) = encode(&mut queue) {
            queue.truncate(before);
            return Err(error.into());
        }
        queue.push(b'\n');
        self.waiting.fetch_add(queue.len() - before, Ordering::Relaxed);
        Ok(())
    }

    /// Writes all that has been pushed before this call, and what is pushed meanwhile. May be dropped at any await:
    /// the next call goes on where it stopped.
    ///
    /// # Errors
    /// When the other side is gone; from then on every call fails.
    pub(super) async fn flush(&self) -> io::Result<()> {
        let mut writer = self.writer.lock().await;
        loop {
            if writer.batch.is_empty() {
                std::mem::swap(&mut writer.batch, &mut *self.queue());
            }
            if writer.batch.is_empty() {
                return self.check();
            }
            if let Err(error) = self.write_batch(&mut writer).await {
                self.break_off(&mut writer);
                return Err(error);
            }
            if writer.batch.capacity() > KEEP {
                writer.batch = Vec::new();
            }
            writer.batch.clear();
            writer.written = 0;
        }
    }

    async fn write_batch(&self, writer: &mut Writer<W>) -> io::Result<()> {
        while writer.written < writer.batch.len() {
            let count = writer.output.write(&writer.batch[writer.written..]).await?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            writer.written += count;
            self.waiting.fetch_sub(count, Ordering::Relaxed);
            self.progress.notify_waiters();
        }
        // tokio's blocking stdout only queues what it is given.
        writer.output.flush().await
    }

    /// Ready when less than [`BACKLOG`] waits.
    pub(super) async fn room(&self) {
        loop {
            let progress = self.progress.notified();
            if self.waiting.load(Ordering::Relaxed) < BACKLOG {
                return;
            }
            progress.await;
        }
    }

    fn break_off(&self, writer: &mut Writer<W>) {
        self.broken.store(true, Ordering::Relaxed);
        *self.queue() = Vec::new();
        writer.batch = Vec::new();
        writer.written = 0;
        self.waiting.store(0, Ordering::Relaxed);
        self.progress.notify_waiters();
    }

    fn check(&self) -> io::Result<()> {
        if self.broken.load(Ordering::Relaxed) { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }

    fn queue(&self) -> MutexGuard<'_, Vec<u8>> {
        // Nothing that runs under this lock is expected to panic; if it did, the queue is still the one to use.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::io::AsyncReadExt;

    use super::*;

    fn json(value: impl serde::Serialize) -> impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()> {
        move |out| serde_json::to_writer(out, &value)
    }

    #[tokio::test]
    async fn what_is_pushed_together_leaves_in_one_write() {
        let (output, mut peer) = tokio::io::duplex(1024);
        let outbox = Outbox::new(output);
        for number in [1, 2, 3] {
            outbox.push(json(number)).unwrap();
        }
        outbox.flush().await.unwrap();
        let mut bytes = [0; 64];
        assert_eq!(peer.read(&mut bytes).await.unwrap(), 6);
        assert_eq!(&bytes[..6], b"1\n2\n3\n");
    }

    #[tokio::test]
    async fn a_flush_that_is_dropped_halfway_loses_and_repeats_nothing() {
        let (output, mut peer) = tokio::io::duplex(1);
        let outbox = Arc::new(Outbox::new(output));
        outbox.push(json("abc")).unwrap();
        tokio::time::timeout(Duration::from_millis(1), outbox.flush()).await.unwrap_err();
        outbox.push(json("def")).unwrap();
        let flushed = tokio::spawn(async move { outbox.flush().await });
        let mut text = String::new();
        peer.read_to_string(&mut text).await.unwrap();
        flushed.await.unwrap().unwrap();
        assert_eq!(text, "\"abc\"\n\"def\"\n");
    }

    #[tokio::test]
    async fn a_full_queue_has_no_room_until_it_is_read() {
        let (output, mut peer) = tokio::io::duplex(1024);
        let outbox = Arc::new(Outbox::new(output));
        outbox.push(json("x".repeat(BACKLOG))).unwrap();
        tokio::time::timeout(Duration::from_millis(1), outbox.room()).await.unwrap_err();
        let writer = outbox.clone();
        tokio::spawn(async move { writer.flush().await });
        peer.read_exact(&mut vec![0; 4096]).await.unwrap();
        outbox.room().await;
    }

    #[tokio::test]
    async fn when_the_reader_is_gone_every_call_fails() {
        let (output, peer) = tokio::io::duplex(1024);
        drop(peer);
        let outbox = Outbox::new(output);
        outbox.push(json(1)).unwrap();
        outbox.flush().await.unwrap_err();
        outbox.push(json(2)).unwrap_err();
        outbox.room().await;
    }
}
