//! `/ws/echo`: greets, and says back what it is told. Whoever wants to know whether WebSockets
//! come through asks here; no room and no session is involved.

use super::{link::Shared, session_cookie, words::Words};
use app::protocol::limits;
use axum::extract::ws::{CloseCode, CloseFrame, Message, WebSocket, close_code};
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

/// Echoes at the same time; one more is told to come later.
const PLACES: usize = 1000;

/// Who says nothing for so long is let go.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// Nobody needs an echo for longer.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_secs(3);

/// What a socket needs to be read with; texts are short.
const BUFFER: usize = 1024;

pub struct Echo {
    shared: Arc<Shared>,
    words: &'static Words,
    places: Arc<Semaphore>,
}

impl Echo {
    pub fn new(shared: Arc<Shared>, words: &'static Words) -> Self {
        Echo { shared, words, places: Arc::new(Semaphore::new(PLACES)) }
    }
}

pub async fn upgrade(
    State(echo): State<Arc<Echo>>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !echo.shared.origins.allow(&headers, session_cookie(&headers).is_some()) {
        return (StatusCode::FORBIDDEN, "this origin may not connect\n").into_response();
    }
    let place = match Arc::clone(&echo.places).try_acquire_owned() {
        Ok(place) if !echo.shared.shutdown.is_cancelled() => place,
        _ => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_message_size(limits::FRAME_BYTES)
        .max_frame_size(limits::FRAME_BYTES)
        .on_upgrade(move |socket| {
            let links = echo.shared.links.clone();
            links.track_future(async move {
                run(&echo, socket).await;
                drop(place);
            })
        })
}

async fn run(echo: &Echo, mut socket: WebSocket) {
    let code = tokio::select! {
        code = talk(echo.words, &mut socket) => code,
        () = echo.shared.shutdown.cancelled() => Some(close_code::RESTART),
    };
    let Some(code) = code else { return };
    let goodbye = async {
        let frame = CloseFrame { code, reason: "".into() };
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(GOODBYE, goodbye).await;
}

/// Why it ends, as a close code (RFC 6455, 7.4); `None`: the other side is gone.
async fn talk(words: &Words, socket: &mut WebSocket) -> Option<CloseCode> {
    let end = Instant::now() + LIFE;
    socket.send(Message::text(words.echo_connected)).await.ok()?;
    loop {
        let patience = end.min(Instant::now() + IDLE);
        let Ok(message) = timeout_at(patience, socket.recv()).await else {
            return Some(close_code::NORMAL);
        };
        match message? {
            Ok(Message::Text(text)) => {
                socket.send(Message::text((words.echo_answer)(&text))).await.ok()?;
            }
            Ok(Message::Binary(_)) => return Some(close_code::UNSUPPORTED),
            // The library answers both.
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Close(_)) => {}
            Err(_) => return Some(close_code::PROTOCOL),
        }
    }
}
