//! Connections to answers: the accept loop. `axum::serve` has no time-out for request
//! headers, and clients that send them slowly would pin memory; hyper's own builder has one.
//! [`Patient`] does the same for clients that never take their answer.

mod patient;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use patient::Patient;
pub use patient::STUCK;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A request's headers must be complete within this time.
const HEADERS: Duration = Duration::from_secs(10);

/// How long requests that are being answered may take after a shutdown was asked for.
const DRAIN: Duration = Duration::from_secs(10);

/// After an accept failed (too many open files), others get the time to close theirs.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a connection is made of: an upgraded one is taken back as this.
pub type Stream = Patient<TcpStream>;

pub async fn serve(listener: TcpListener, app: Router, shutdown: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let mut is_failing = false;
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.cancelled() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => {
                is_failing = false;
                accepted
            }
            Err(error) => {
                // Once, and not ten times a second for as long as it lasts.
                if !std::mem::replace(&mut is_failing, true) {
                    tracing::warn!(%error, "connections cannot be accepted");
                }
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Small frames must not wait for more (RFC 9293, section 3.7.4).
        let _ = stream.set_nodelay(true);
        let app = app.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.map(axum::body::Body::new)
        });
        let service = TowerToHyperService::new(app);
        let connection =
            http.serve_connection_with_upgrades(TokioIo::new(Patient::new(stream)), service);
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
        });
    }
    drop(listener);
    let _ = timeout(DRAIN, graceful.shutdown()).await;
}
