//! The words that only the server draws, or only programs read.

#![cfg(feature = "ssr")]

/// The words of pages without script of their own.
pub struct PlainPhrases {
    // search_page
    pub search: &'static str,
    pub search_words: &'static str,
    pub search_hint: &'static str,
    pub back_to_room: &'static str,
    pub no_hits: fn(query: &str) -> String,
    /// All there are.
    pub hits: fn(u64) -> String,
    /// As many as are shown here.
    pub some_hits: fn(u64) -> String,
    pub older_hits: &'static str,

    // choices_page
    /// What one can do with a message.
    pub choices: &'static str,

    // settings_page
    pub saved: &'static str,
    pub welcome: &'static str,
    /// On the box that puts the room on the first page.
    pub public: &'static str,
    pub save: &'static str,
    pub owner_link: &'static str,
    pub owner_link_hint: &'static str,
    pub make_owner_link: &'static str,
    /// Beside a link that was just made.
    pub owner_link_once: &'static str,
    pub export: &'static str,
    pub export_hint: &'static str,
    pub is_public: &'static str,
    pub is_unlisted: &'static str,
    pub owners_only: &'static str,
    pub own: &'static str,
    pub join_to_own: &'static str,

    // error_page
    pub offline_title: &'static str,
    pub offline: &'static str,

    // keys
    /// Keys, with spaces between them, and what they do.
    pub keys_list: &'static [(&'static str, &'static str)],

    // viewer
    /// One that is looked at.
    pub picture: &'static str,
    pub picture_before: &'static str,
    pub picture_after: &'static str,

    // export_page
    pub exported: fn(when: &str) -> String,
}

/// Why the HTTP API could not take a request, beside the refusals.
pub struct ApiPhrases {
    pub not_json: &'static str,
    pub malformed: &'static str,
    pub bad_parameter: fn(name: &str) -> String,
    pub too_large: fn(limit_kib: u64) -> String,
    pub too_slow: &'static str,
    pub unknown_path: &'static str,
    pub wrong_method: &'static str,
    pub foreign_origin: &'static str,
    pub unknown_token: &'static str,
}
