//! One client's end of a connection.

use mio::net::TcpStream;
use std::io::{ErrorKind, Write};

pub struct Link {
    pub stream: TcpStream,
    pub is_upgraded: bool,
    /// The beginning of a frame whose end has not come yet.
    pub held: Vec<u8>,
    pub out: Vec<u8>,
}

impl Link {
    /// Writes what the socket takes; the rest follows when it is writable.
    pub fn flush(&mut self) {
        while !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(written) => drop(self.out.drain(..written)),
                // Not connected yet, or full.
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) =>
                {
                    return;
                }
                Err(error) => panic!("a member could not write: {error}"),
            }
        }
    }
}
