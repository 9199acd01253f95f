//! Whether the server is there, found out without starting anything.

use tokio::net::UnixStream;

use super::cluster::ServerProcess;
use super::locks;
use super::place::Place;

/// Whether a server is up, accepts connections, and is watched over. Without its supervisor a server is on its way
/// down, so it does not count. Costs a few system calls; an answer of true may be outdated a moment later, and the
/// pool then calls [`super::PrivateServer::ensure`].
pub(super) async fn answers(place: &Place) -> bool {
    locks::is_held(&place.supervisor_lock()).unwrap_or(false)
        && ServerProcess::read(&place.cluster()).is_some_and(|server| server.ready)
        && UnixStream::connect(place.socket()).await.is_ok()
}
