//! What was sent with a message: pictures to look at, and other files to save.

use super::super::icon::icon;
use super::super::markup::{Html, element, text, void};
use crate::i18n::size;
use crate::protocol::File;

/// The longest side of a picture in the talk, in pixels.
const SIDE: u32 = 320;

/// Nothing if there are none.
pub fn shown(files: &[File]) -> Option<Html> {
    let content: Vec<Html> = files.iter().map(shown_one).collect();
    (!content.is_empty()).then(|| element("div", &[("class", "message__files")], &content))
}

fn shown_one(file: &File) -> Html {
    let href = ["/files/", &file.id.to_string()].concat();
    let Some(picture) = file.picture else {
        let link = [("class", "message__file"), ("href", &*href), ("download", &*file.name)];
        let name = element("bdi", &[("class", "message__file-name")], &[text(&file.name)]);
        let size = element("small", &[], &[text(&size(file.bytes))]);
        return element("a", &link, &[icon("file"), name, size]);
    };
    // As large as it will be before it is there, so that nothing moves.
    let longest = picture.width.max(picture.height).max(1);
    let scaled =
        |side: u32| (u64::from(side) * u64::from(SIDE.min(longest)) / u64::from(longest)).max(1);
    let (width, height) = (scaled(picture.width).to_string(), scaled(picture.height).to_string());
    let small = [&*href, "/small"].concat();
    let image = [
        ("src", &*small),
        ("alt", &*file.name),
        ("width", &*width),
        ("height", &*height),
        ("loading", "lazy"),
        ("decoding", "async"),
    ];
    let link = [("class", "message__picture"), ("href", &*href), ("target", "_blank")];
    element("a", &link, &[void("img", &image)])
}
