//! The connections that cannot write.
//!
//! Every question is one statement, so a connection that comes back is as it went: nothing to
//! roll back, nothing to try out. A pool for databases at the far end of a network asks twice
//! whether its connection is still alive, which costs more than the answer here.

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Questions at a time. More wait in line for a connection.
const READERS: usize = 4;

#[derive(Clone)]
pub(super) struct Readers(Arc<Idle>);

struct Idle {
    connections: Mutex<Vec<SqliteConnection>>,
    /// One permit for each idle connection.
    permits: Semaphore,
}

/// A connection on loan.
pub(super) struct Loan<'a> {
    /// There until the loan ends.
    connection: Option<SqliteConnection>,
    idle: &'a Idle,
    _permit: SemaphorePermit<'a>,
}

impl Readers {
    pub async fn open(connect: SqliteConnectOptions) -> sqlx::Result<Self> {
        // Not opened read-only: the last to leave a WAL file tidies up behind itself, and that
        // may be one of these.
        let connect = connect.pragma("query_only", "ON");
        let mut connections = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            connections.push(connect.connect().await?);
        }
        let permits = Semaphore::new(READERS);
        Ok(Readers(Arc::new(Idle { connections: Mutex::new(connections), permits })))
    }

    /// Waits for a connection to be free. The error is that they were closed.
    pub async fn borrow(&self) -> sqlx::Result<Loan<'_>> {
        let idle = &*self.0;
        let permit = idle.permits.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let connection = idle.connections.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Loan { connection, idle, _permit: permit })
    }

    /// Waits for the last answer, and closes all.
    pub async fn close(&self) {
        let idle = &*self.0;
        let Ok(_all) = idle.permits.acquire_many(READERS as u32).await else {
            return;
        };
        idle.permits.close();
        let connections =
            std::mem::take(&mut *idle.connections.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in connections {
            let _ = connection.close().await;
        }
    }
}

impl Deref for Loan<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("a loan has its connection until it ends")
    }
}

impl DerefMut for Loan<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("a loan has its connection until it ends")
    }
}

/// The connection goes back first and the permit after it: whoever has a permit finds one.
impl Drop for Loan<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            let mut idle = self.idle.connections.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push(connection);
        }
    }
}
