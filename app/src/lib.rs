//! Sarangbang's page, and the protocol it speaks.

pub mod protocol;
