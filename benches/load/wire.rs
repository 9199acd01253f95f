//! Stands between a program and PostgreSQL and counts round trips: how often the program says something after PostgreSQL
//! has spoken. Statements that leave together are one.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use crate::{
    Result,
    server::{Server, root},
};

pub struct Wire {
    /// Where its socket is, under the name that PostgreSQL's has.
    pub directory: PathBuf,
    round_trips: Arc<AtomicU64>,
}

/// Who spoke last on a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Program,
    PostgreSql,
}

impl Wire {
    /// Goes on until this process ends.
    pub fn before(server: &Server) -> Result<Self> {
        const SOCKET: &str = ".s.PGSQL.5432";
        let (directory, behind) = (root().join("wire"), server.socket_dir().join(SOCKET));
        fs::create_dir_all(&directory)?;
        let _ = fs::remove_file(directory.join(SOCKET));
        let listener = UnixListener::bind(directory.join(SOCKET))?;
        let round_trips = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&round_trips);
        thread::spawn(move || {
            for program in listener.incoming() {
                program.and_then(|program| join(program, UnixStream::connect(&behind)?, &counted))?;
            }
            io::Result::Ok(())
        });
        Ok(Self { directory, round_trips })
    }

    pub fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::SeqCst)
    }
}

/// Passes on what either says, each in a thread of its own.
fn join(program: UnixStream, postgresql: UnixStream, round_trips: &Arc<AtomicU64>) -> io::Result<()> {
    let last = Arc::new(Mutex::new(Speaker::PostgreSql));
    for (from, to, speaker) in [
        (program.try_clone()?, postgresql.try_clone()?, Speaker::Program),
        (postgresql, program, Speaker::PostgreSql),
    ] {
        let (last, round_trips) = (Arc::clone(&last), Arc::clone(round_trips));
        thread::spawn(move || {
            pass_on(from, to, || {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if speaker == Speaker::Program && *last == Speaker::PostgreSql {
                    round_trips.fetch_add(1, Ordering::SeqCst);
                }
                *last = speaker;
            })
        });
    }
    Ok(())
}

fn pass_on(mut from: UnixStream, mut to: UnixStream, spoke: impl Fn()) -> io::Result<()> {
    let mut bytes = [0; 16 * 1024];
    loop {
        let count = from.read(&mut bytes)?;
        if count == 0 {
            return to.shutdown(std::net::Shutdown::Write);
        }
        spoke();
        to.write_all(&bytes[..count])?;
    }
}
