//! Who may ask, and what browsers are told to forbid.

pub mod address;
pub mod headers;
pub mod origin;
pub mod token;
