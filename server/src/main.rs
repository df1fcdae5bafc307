//! Reads the configuration, starts the logs, runs the server or a task, stops on signals.

use clap::Parser;
use server::Server;
use server::config::{Config, Database, LogFormat, Task};
use server::export::{self, TaskError};
use std::io::{BufWriter, ErrorKind};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// Many small things come and go at once, and SQLite's with them (it replaces libc's `malloc`):
/// a join takes less time with it, and a connection less memory.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let config = Config::parse();
    if let Err(error) = start_logs(&config) {
        eprintln!("sarangbang: --log {}: {error}", config.log);
        return ExitCode::from(2);
    }
    if let Some(task) = &config.task {
        return run(task, &config).await;
    }
    let server = match Server::new(config).await {
        Ok(server) => server,
        Err(error) => {
            eprintln!("sarangbang: {error}");
            return ExitCode::FAILURE;
        }
    };
    // Before anyone can know that it runs, and stop it.
    let told_to_stop = signals();
    println!("sarangbang is listening on http://{}", server.addr());
    let shutdown = server.shutdown();
    tokio::spawn(async move {
        told_to_stop.await;
        tracing::info!("draining");
        shutdown.cancel();
    });
    // Among the workers: from a thread of its own each new connection would have to wake one.
    let served = tokio::spawn(server.serve()).await;
    if served.is_err() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Does what was asked for instead of serving; what comes of it goes to standard output.
async fn run(task: &Task, config: &Config) -> ExitCode {
    let Database::Sqlite(path) = &config.database;
    let mut out = BufWriter::new(std::io::stdout().lock());
    match export::run(task, path, config.locale.into(), &mut out).await {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has read enough.
        Err(TaskError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sarangbang: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Logs go to standard error; standard output has the one line that says where to go.
fn start_logs(config: &Config) -> Result<(), tracing_subscriber::filter::ParseError> {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&config.log)?)
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    Ok(())
}

/// Listens for SIGTERM and SIGINT from now on, and waits for the first.
fn signals() -> impl Future<Output = ()> {
    let signals = signal(SignalKind::terminate())
        .and_then(|terminate| Ok((terminate, signal(SignalKind::interrupt())?)));
    async move {
        match signals {
            Ok((mut terminate, mut interrupt)) => tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "signals cannot be heard; the server stops without draining");
                std::future::pending().await
            }
        }
    }
}
