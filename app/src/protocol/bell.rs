//! What one wants to be told of a room while one looks elsewhere.

/// Nothing, unless one has chosen otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bell {
    All,
    Mentions,
    #[default]
    Mute,
}

impl Bell {
    pub const EACH: [Bell; 3] = [Bell::All, Bell::Mentions, Bell::Mute];

    /// As it is kept, and as the choice is called in the page.
    pub const fn tag(self) -> &'static str {
        match self {
            Bell::All => "all",
            Bell::Mentions => "mentions",
            Bell::Mute => "mute",
        }
    }

    pub fn from_tag(tag: &str) -> Option<Self> {
        Bell::EACH.into_iter().find(|bell| bell.tag() == tag)
    }

    /// Whether a message of someone else is worth telling.
    pub fn rings(self, names_me: bool) -> bool {
        match self {
            Bell::All => true,
            Bell::Mentions => names_me,
            Bell::Mute => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_kept_by_its_name() {
        for bell in Bell::EACH {
            assert_eq!(Bell::from_tag(bell.tag()), Some(bell));
        }
        assert_eq!(Bell::from_tag("loud"), None);
        assert_eq!(Bell::default(), Bell::Mute);
    }

    #[test]
    fn who_wants_to_hear_of_mentions_hears_of_them_only() {
        assert!(Bell::Mentions.rings(true) && !Bell::Mentions.rings(false));
        assert!(Bell::All.rings(false) && !Bell::Mute.rings(true));
    }
}
