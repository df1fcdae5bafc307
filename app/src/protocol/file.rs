//! What people put beside their words: pictures and other files.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// Names a file: 122 random bits, so that nobody comes upon one by guessing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileId(pub Uuid);

impl FileId {
    pub fn new(random: [u8; 16]) -> Self {
        FileId(uuid::Builder::from_random_bytes(random).into_uuid())
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for FileId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        uuid::Uuid::try_parse(text).map(FileId)
    }
}

/// A file as everyone is told of it. Its content is at `/files/{id}`, and of a picture a small
/// one at `/files/{id}/small`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    pub id: FileId,
    /// As it was called where it came from.
    pub name: String,
    /// Its media type, by its content and not by its name.
    pub kind: String,
    /// How many there are.
    pub bytes: u64,
    /// `null` for what is no picture.
    pub picture: Option<Picture>,
}

/// How large a picture is, in pixels, as it is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
}
