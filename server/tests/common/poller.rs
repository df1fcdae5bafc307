//! A client of `/poll`, as the page is one: numbers what it sends, acknowledges what it gets.

use app::protocol::{ClientFrame, Codec, Heard, Polled, ServerFrame};
use futures::future::{Either, select};
use reqwest::{Client as Http, RequestBuilder, Response, StatusCode};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// A POST that takes so long waits for someone to read.
const BUSY: Duration = Duration::from_millis(200);

pub struct Poller {
    pub http: Http,
    pub url: String,
    pub codec: Codec,
    /// None before the first frame.
    pub link: Option<String>,
    pub sent: u64,
    pub ack: u64,
    /// Headers for every request, such as a cookie.
    pub headers: Vec<(&'static str, String)>,
    arrived: VecDeque<ServerFrame>,
}

impl Poller {
    pub fn new(addr: SocketAddr, codec: Codec) -> Self {
        Poller {
            http: Http::new(),
            url: format!("http://{addr}/poll"),
            codec,
            link: None,
            sent: 0,
            ack: 0,
            headers: Vec::new(),
            arrived: VecDeque::new(),
        }
    }

    /// Opens the link with the first frame.
    pub async fn send(&mut self, frame: &ClientFrame) {
        let first = self.sent + 1;
        let mut post = pin!(answer(self.posting(first, std::slice::from_ref(frame))));
        let response = loop {
            match timeout(BUSY, &mut post).await {
                Ok(response) => break response,
                Err(_) if self.link.is_none() => {}
                // A link that waits to be read from takes nothing.
                Err(_) => {
                    let arrived = match select(&mut post, pin!(self.get(self.ack))).await {
                        Either::Left((response, _)) => break response,
                        Either::Right((arrived, _)) => arrived,
                    };
                    self.take(arrived).await;
                }
            }
        };
        // The link may be over already; the test sees that when it reads.
        if response.status() != StatusCode::GONE {
            let heard: Heard = self.decode(response).await;
            assert_eq!(heard.heard, first);
            self.link = Some(heard.link);
        }
        self.sent = first;
    }

    /// One POST of frames, the first of which has that number.
    pub async fn post(&self, first: u64, frames: &[ClientFrame]) -> Response {
        answer(self.posting(first, frames)).await
    }

    fn posting(&self, first: u64, frames: &[ClientFrame]) -> RequestBuilder {
        let url = match &self.link {
            Some(link) => format!("{}?link={link}&first={first}", self.url),
            None => self.url.clone(),
        };
        let kind = match self.codec {
            Codec::Json => "application/json",
            Codec::Postcard => "application/octet-stream",
        };
        let body = self.codec.encode(&frames);
        self.with_headers(self.http.post(url).header("content-type", kind).body(body))
    }

    /// One GET that says what arrived.
    pub async fn get(&self, ack: u64) -> Response {
        let link = self.link.as_ref().unwrap();
        answer(self.with_headers(self.http.get(format!("{}?link={link}&ack={ack}", self.url))))
            .await
    }

    pub async fn next(&mut self) -> Option<ServerFrame> {
        while self.arrived.is_empty() {
            let answer = self.get(self.ack).await;
            if answer.status() != StatusCode::OK {
                return None;
            }
            self.take(answer).await;
        }
        self.arrived.pop_front()
    }

    async fn take(&mut self, answer: Response) {
        let polled: Polled = self.decode(answer).await;
        assert_eq!(polled.first, self.ack + 1);
        self.ack += polled.frames.len() as u64;
        self.arrived.extend(polled.frames);
    }

    pub async fn decode<T: serde::de::DeserializeOwned>(&self, response: Response) -> T {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["cache-control"], "private, no-store");
        self.codec.decode(&response.bytes().await.unwrap()).unwrap()
    }

    fn with_headers(&self, request: RequestBuilder) -> RequestBuilder {
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }
}

/// A server that is gone answers as one whose link is over.
async fn answer(request: RequestBuilder) -> Response {
    let gone = || axum::http::Response::builder().status(410).body("").unwrap().into();
    request.send().await.unwrap_or_else(|_| gone())
}
