//! What attacks are let loose upon: a folder that must stay as it is, and listeners that must hear nothing.

use std::fs;
use std::io;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::PathBuf;

use tempfile::TempDir;

const SECRET: &str = "secret";
const TEXT: &str = "nobody but the judge reads this\n";

/// The folder and the listeners, all on this machine alone.
#[derive(Debug)]
pub(super) struct Ground {
    folder: TempDir,
    before: Vec<String>,
    tcp: TcpListener,
    udp: UdpSocket,
    by_path: UnixListener,
    by_name: UnixListener,
    name: String,
}

impl Ground {
    /// Lays it out.
    pub(super) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("grade-ground-").tempdir()?;
        fs::write(folder.path().join(SECRET), TEXT)?;
        // The folder's name is nobody else's, and neither is this one.
        let own = folder
            .path()
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = format!("grade-doctor-{own}");
        let mut ground = Self {
            tcp: TcpListener::bind("127.0.0.1:0")?,
            udp: UdpSocket::bind("127.0.0.1:0")?,
            by_path: UnixListener::bind(folder.path().join("socket"))?,
            by_name: UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?,
            name,
            folder,
            before: Vec::new(),
        };
        ground.tcp.set_nonblocking(true)?;
        ground.udp.set_nonblocking(true)?;
        ground.by_path.set_nonblocking(true)?;
        ground.by_name.set_nonblocking(true)?;
        ground.before = ground.state()?;
        Ok(ground)
    }

    /// What the words in an attack's files stand for.
    pub(super) fn words(&self) -> Vec<(&'static str, String)> {
        let port = |address: io::Result<std::net::SocketAddr>| address.map_or(0, |address| address.port()).to_string();
        vec![
            ("@GROUND@", self.folder.path().display().to_string()),
            ("@JUDGE@", std::process::id().to_string()),
            ("@TCP@", port(self.tcp.local_addr())),
            ("@UDP@", port(self.udp.local_addr())),
            ("@ABSTRACT@", self.name.clone()),
        ]
    }

    /// What an attack has left behind or got through.
    pub(super) fn traces(&self) -> io::Result<Vec<String>> {
        let mut traces = Vec::new();
        if self.state()? != self.before {
            traces.push("the folder has changed".to_owned());
        }
        let heard = [
            ("TCP", silent(self.tcp.accept())?),
            ("UDP", silent(self.udp.recv_from(&mut [0; 16]))?),
            ("a socket with a path", silent(self.by_path.accept())?),
            ("a socket with a name", silent(self.by_name.accept())?),
        ];
        let heard = heard.iter().filter(|(_, silent)| !silent);
        traces.extend(heard.map(|(listener, _)| format!("{listener} was reached")));
        Ok(traces)
    }

    /// Names, modes, owners, times, contents.
    fn state(&self) -> io::Result<Vec<String>> {
        let mut paths: Vec<PathBuf> = vec![self.folder.path().to_owned()];
        for entry in fs::read_dir(self.folder.path())? {
            paths.push(entry?.path());
        }
        paths.sort();
        let describe = |path: PathBuf| -> io::Result<String> {
            let found = fs::symlink_metadata(&path)?;
            let (mode, owner, links) = (found.mode(), found.uid(), found.nlink());
            let changed = (found.ctime(), found.ctime_nsec());
            Ok(format!("{} {mode:o} {owner} {links} {changed:?}", path.display()))
        };
        paths.into_iter().map(describe).collect()
    }
}

fn silent<T>(heard: io::Result<T>) -> io::Result<bool> {
    match heard {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(true),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::net::TcpStream;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn every_trace_is_seen() {
        let traces = |act: &dyn Fn(&Ground)| {
            let ground = Ground::new().unwrap();
            act(&ground);
            ground.traces().unwrap()
        };
        assert!(traces(&|_| {}).is_empty());
        let changes: [&dyn Fn(&Ground); 6] = [
            &|ground| fs::write(ground.folder.path().join("new"), "").unwrap(),
            &|ground| fs::write(ground.folder.path().join(SECRET), TEXT).unwrap(),
            &|ground| drop(TcpStream::connect(ground.tcp.local_addr().unwrap()).unwrap()),
            &|ground| {
                let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
                socket.send_to(b"x", ground.udp.local_addr().unwrap()).unwrap();
            },
            &|ground| drop(UnixStream::connect(ground.folder.path().join("socket")).unwrap()),
            &|ground| {
                let name = SocketAddr::from_abstract_name(&ground.name).unwrap();
                drop(UnixStream::connect_addr(&name).unwrap());
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert_eq!(traces(change).len(), 1, "change {number}");
        }
    }
}
