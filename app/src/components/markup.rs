//! What never changes once it is drawn: rows, icons, labels. It is written as a string, for the
//! server's answer and for the browser alike. What lives is a [`part`](super::part).
//!
//! Every text and every value is escaped here, and there is no way around it.

#[cfg(feature = "ssr")]
use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::{AddAnyAttr, Render, RenderHtml},
    tachys::hydration::Cursor,
    tachys::view::{Position, PositionState},
};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// A piece of a document: elements and words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html(String);

/// An attribute: its name, and its value as it is meant.
pub type Pair<'a> = (&'static str, &'a str);

/// `<tag attributes>content</tag>`
pub fn element(tag: &'static str, attributes: &[Pair], content: &[Html]) -> Html {
    let mut html = open(tag, attributes);
    for piece in content {
        html.push_str(&piece.0);
    }
    for part in ["</", tag, ">"] {
        html.push_str(part);
    }
    Html(html)
}

/// An element that has no content and no end, such as `input`.
pub fn void(tag: &'static str, attributes: &[Pair]) -> Html {
    Html(open(tag, attributes))
}

/// Words, shown as they are.
pub fn text(words: &str) -> Html {
    let mut html = String::with_capacity(words.len());
    escape(&mut html, words);
    Html(html)
}

fn open(tag: &'static str, attributes: &[Pair]) -> String {
    let mut html = String::with_capacity(128);
    html.push('<');
    html.push_str(tag);
    for (name, value) in attributes {
        for part in [" ", name, "=\""] {
            html.push_str(part);
        }
        escape(&mut html, value);
        html.push('"');
    }
    html.push('>');
    html
}

/// What has a meaning in HTML, in content or in a quoted value, is written as a reference
/// (HTML Living Standard, 13.3).
fn escape(html: &mut String, words: &str) {
    let mut rest = words;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

impl Html {
    /// Draws what only the server ever draws, because it stands in the page from the start and
    /// stays: the browser adopts the element without knowing what is in it.
    pub fn adopted(draw: impl FnOnce() -> Html) -> Html {
        if cfg!(feature = "ssr") { draw() } else { Html::default() }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn build_element(&self) -> Element {
        let template = crate::browser::document().create_element("template");
        let template: web_sys::HtmlTemplateElement =
            template.expect("a template is an element").unchecked_into();
        template.set_inner_html(&self.0);
        template.content().first_element_child().expect("a view is an element")
    }
}

/// One piece after the other.
impl FromIterator<Html> for Html {
    fn from_iter<T: IntoIterator<Item = Html>>(pieces: T) -> Self {
        Html(pieces.into_iter().map(|piece| piece.0).collect())
    }
}

/// In a document that is drawn by leptos. The browser knows markup only as a string.
#[cfg(feature = "ssr")]
impl Render for Html {
    type State = ();

    fn build(self) {}

    fn rebuild(self, (): &mut ()) {}
}

#[cfg(feature = "ssr")]
impl AddAnyAttr for Html {
    type Output<NewAttr: Attribute> = Self;

    /// Its attributes are its own.
    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self
    where
        Self: RenderHtml,
    {
        self
    }
}

#[cfg(feature = "ssr")]
impl RenderHtml for Html {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn html_len(&self) -> usize {
        self.0.len()
    }

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buffer: &mut String,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attributes: Vec<AnyAttribute>,
    ) {
        buffer.push_str(&self.0);
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, _: &Cursor, _: &PositionState) {}

    fn into_owned(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_someone_wrote_is_never_markup() {
        let vicious = r#"<script>alert("&amp;")</script>' onload="x"#;
        let html = element("p", &[("title", vicious)], &[text(vicious)]).0;
        let escaped = "&lt;script&gt;alert(&quot;&amp;amp;&quot;)&lt;/script&gt;' onload=&quot;x";
        assert_eq!(html, [r#"<p title=""#, escaped, r#"">"#, escaped, "</p>"].concat());
    }

    #[test]
    fn elements_nest_and_some_have_no_end() {
        let row = element("li", &[], &[void("input", &[("name", "a")]), text("b")]);
        assert_eq!(element("ul", &[], &[row]).0, r#"<ul><li><input name="a">b</li></ul>"#);
    }
}
