//! Frames over a WebSocket.

use super::{Listener, Signal};
use crate::browser;
use crate::protocol::Codec;
use futures::StreamExt;
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

/// Sending goes through the socket directly; a task receives.
pub struct Socket(web_sys::WebSocket);

impl Socket {
    /// Opens a socket and says `hello` as soon as it is open. `None`: the browser refuses.
    pub fn open(hello: Vec<u8>, listener: Listener) -> Option<Self> {
        let url = url("/ws")?;
        let raw = web_sys::WebSocket::new_with_str(&url, Codec::Postcard.subprotocol()).ok()?;
        let greeter = raw.clone();
        let greet = Closure::once_into_js(move || {
            // A socket that closed in the meantime is reported by its stream.
            let _ = greeter.send_with_u8_array(&hello);
        });
        raw.add_event_listener_with_callback("open", greet.unchecked_ref()).ok()?;
        let socket = WebSocket::try_from(raw.clone()).ok()?;
        spawn_local(receive(socket, listener));
        Some(Socket(raw))
    }

    /// Whether the frame is on its way.
    pub fn send(&self, frame: &[u8]) -> bool {
        self.0.ready_state() == web_sys::WebSocket::OPEN && self.0.send_with_u8_array(frame).is_ok()
    }

    pub fn close(&self) {
        // Closing what is closed already does nothing.
        let _ = self.0.close();
    }
}

async fn receive(mut socket: WebSocket, listener: Listener) {
    let mut is_clean = false;
    while let Some(message) = socket.next().await {
        let frame = match message {
            Ok(Message::Bytes(bytes)) => Codec::Postcard.decode(&bytes).ok(),
            Ok(Message::Text(_)) => None,
            Err(WebSocketError::ConnectionClose(event)) => {
                is_clean = event.was_clean;
                break;
            }
            Err(_) => break,
        };
        listener(frame.map_or(Signal::Garbled, Signal::Heard));
    }
    listener(Signal::Ended { is_clean });
}

/// Sends a word to the server's echo and says how many milliseconds it took to come back;
/// `None` if no WebSocket comes through.
pub async fn echo() -> Option<u64> {
    let raw = web_sys::WebSocket::new(&url("/ws/echo")?).ok()?;
    let mut socket = WebSocket::try_from(raw.clone()).ok()?;
    // The greeting proves one direction, the echo the other.
    let Some(Ok(Message::Text(_))) = socket.next().await else { return None };
    let began = browser::ticks();
    raw.send_with_str("?").ok()?;
    let Some(Ok(Message::Text(_))) = socket.next().await else { return None };
    Some(browser::ticks() - began)
}

fn url(path: &str) -> Option<String> {
    let location = browser::window().location();
    let scheme = if location.protocol().ok()? == "https:" { "wss://" } else { "ws://" };
    Some([scheme, &location.host().ok()?, path].concat())
}
