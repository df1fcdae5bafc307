//! What lives in the page: an element that hears events, and whose attributes, words and rows
//! follow live values.
//!
//! leptos' `view!` compiles building, adopting and changing anew for every element's type. Here an
//! element is data, and there is one way to bring it to life. What the server draws of it is
//! markup; the browser adopts that, and what it draws by itself is markup first, too, and then
//! adopted.

use super::lines::{Line, Lines};
use super::live::{Effect, Watch, untrack, watch, with_effects};
use super::markup::{Html, Pair, element, text};
use crate::browser::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, EventTarget};

/// An element of the page. Made by [`part`].
pub struct Part {
    tag: &'static str,
    attributes: Vec<(&'static str, String)>,
    following: Vec<(&'static str, Draw<Option<String>>)>,
    ears: Vec<(&'static str, Hear)>,
    content: Vec<Piece>,
}

type Draw<T> = Box<dyn FnMut() -> T>;
type Hear = Box<dyn FnMut(Event)>;

enum Piece {
    /// One element that never changes.
    Html(Html),
    /// Words that never change.
    Text(Html),
    Part(Part),
    /// One element, another one whenever what it is drawn from changes.
    Drawn(Draw<Html>),
    Anew(Draw<Part>),
    /// All that is in the element.
    Words(Draw<String>),
    /// All that is behind the pieces before.
    Lines(Draw<Vec<Line>>),
}

/// `<tag attributes></tag>`, to be told what is in it, what it follows and what it hears.
pub fn part(tag: &'static str, attributes: &[Pair]) -> Part {
    let attributes = attributes.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Part { tag, attributes, following: Vec::new(), ears: Vec::new(), content: Vec::new() }
}

impl Part {
    /// An attribute that follows live values; `None` is none.
    pub fn attribute<T: Into<String>>(
        mut self,
        name: &'static str,
        mut value: impl FnMut() -> Option<T> + 'static,
    ) -> Self {
        self.following.push((name, Box::new(move || value().map(Into::into))));
        self
    }

    /// A class, or several, that follow live values.
    pub fn class(self, mut class: impl FnMut() -> &'static str + 'static) -> Self {
        self.attribute("class", move || Some(class()))
    }

    /// Does something whenever an event of that name, which is an `E`, reaches the element.
    pub fn on<E: JsCast>(mut self, event: &'static str, mut act: impl FnMut(E) + 'static) -> Self {
        self.ears.push((event, Box::new(move |event| act(event.unchecked_into()))));
        self
    }

    /// An element that never changes; in what is drawn anew, not one that only the server draws.
    pub fn html(self, html: Html) -> Self {
        self.with(Piece::Html(html))
    }

    pub fn text(self, words: &str) -> Self {
        self.with(Piece::Text(text(words)))
    }

    pub fn part(self, part: Part) -> Self {
        self.with(Piece::Part(part))
    }

    /// An element that is drawn from live values.
    pub fn drawn(self, draw: impl FnMut() -> Html + 'static) -> Self {
        self.with(Piece::Drawn(Box::new(draw)))
    }

    /// A part that is drawn from the ground up, with all that lives in it, whenever the live values
    /// that `choose` reads change.
    pub fn anew<T>(
        self,
        mut choose: impl FnMut() -> T + 'static,
        mut draw: impl FnMut(T) -> Part + 'static,
    ) -> Self {
        self.with(Piece::Anew(Box::new(move || {
            let choice = choose();
            untrack(|| draw(choice))
        })))
    }

    /// The element's words, which follow live values. There is nothing else in it.
    pub fn words(self, words: impl FnMut() -> String + 'static) -> Self {
        self.with(Piece::Words(Box::new(words)))
    }

    /// Lines that follow live values. They are the last in the element.
    pub fn lines(self, lines: impl FnMut() -> Vec<Line> + 'static) -> Self {
        self.with(Piece::Lines(Box::new(lines)))
    }

    fn with(mut self, piece: Piece) -> Self {
        self.content.push(piece);
        self
    }

    /// As the server draws it, with all that it follows.
    #[cfg(feature = "ssr")]
    pub fn into_html(mut self) -> Html {
        self.markup()
    }

    /// In the browser bare: without what it follows, and with places for what is drawn.
    fn markup(&mut self) -> Html {
        let is_whole = cfg!(feature = "ssr");
        if is_whole {
            for (name, value) in &mut self.following {
                self.attributes.extend(value().map(|value| (*name, value)));
            }
        }
        let attributes: Vec<Pair> =
            self.attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let draw = |piece: &mut Piece| match piece {
            Piece::Html(html) | Piece::Text(html) => std::mem::take(html),
            Piece::Part(part) => part.markup(),
            Piece::Drawn(draw) if is_whole => draw(),
            Piece::Anew(draw) if is_whole => draw().markup(),
            Piece::Words(words) if is_whole => text(&words()),
            Piece::Lines(lines) if is_whole => {
                lines().into_iter().map(|line| (line.draw)()).collect()
            }
            Piece::Drawn(_) | Piece::Anew(_) => element("i", &[], &[]),
            Piece::Words(_) | Piece::Lines(_) => Html::default(),
        };
        let content: Vec<Html> = self.content.iter_mut().map(draw).collect();
        element(self.tag, &attributes, &content)
    }

    fn build(mut self, life: &mut Life) -> Element {
        let is_blank =
            |piece: &Piece| matches!(piece, Piece::Html(html) if html.as_str().is_empty());
        debug_assert!(!self.content.iter().any(is_blank), "only what the server drew is adopted");
        let element = self.markup().build_element();
        self.adopt(&element, true, life);
        element
    }

    /// Brings an element to life that is drawn as this one is.
    fn adopt(self, element: &Element, is_bare: bool, life: &mut Life) {
        for (event, act) in self.ears {
            life.ears.push(Ear::new(element.clone().into(), event, act));
        }
        for (name, value) in self.following {
            let element = element.clone();
            life.follow(value, is_bare, move |value| {
                // Fail only for a name that no attribute can have.
                let _ = match value {
                    Some(value) => element.set_attribute(name, value),
                    None => element.remove_attribute(name),
                };
            });
        }
        let mut next = element.first_element_child();
        let mut take = || {
            let here = next.take();
            next = here.as_ref().and_then(Element::next_element_sibling);
            here
        };
        for piece in self.content {
            match piece {
                Piece::Text(_) => {}
                Piece::Html(_) => {
                    take();
                }
                Piece::Part(part) => {
                    if let Some(here) = take() {
                        part.adopt(&here, is_bare, life);
                    }
                }
                Piece::Drawn(draw) => {
                    let mut here = take();
                    life.follow(draw, is_bare, move |html| {
                        replace(&mut here, html.build_element())
                    });
                }
                Piece::Anew(draw) => life.redraw(draw, is_bare, take()),
                Piece::Words(words) => {
                    let element = element.clone();
                    life.follow(words, is_bare, move |words| element.set_text_content(Some(words)));
                }
                Piece::Lines(mut draw) => {
                    let mut lines = Lines::new(element.clone());
                    let mut first = if is_bare { None } else { take() };
                    life.watches.push(watch(move || match first.take() {
                        Some(first) => lines.adopt(first, draw()),
                        None => lines.change(draw()),
                    }));
                }
            }
        }
    }
}

/// Brings the page to life that the server drew, for as long as there is one.
pub fn adopt(page: &Element, make: impl FnOnce() -> Part) {
    let mut life = Life::default();
    life.begin(make).adopt(page, false, &mut life);
    std::mem::forget(life);
}

/// What ends when an element is drawn anew.
#[derive(Default)]
struct Life {
    effects: Vec<Effect>,
    watches: Vec<Watch>,
    ears: Vec<Ear>,
}

impl Life {
    fn begin(&mut self, make: impl FnOnce() -> Part) -> Part {
        let (part, effects) = with_effects(make);
        self.effects = effects;
        part
    }

    /// Shows a value now, unless it is shown already, and whenever it is another.
    fn follow<T: Default + PartialEq + 'static>(
        &mut self,
        mut draw: Draw<T>,
        is_bare: bool,
        mut show: impl FnMut(&T) + 'static,
    ) {
        let mut shown = is_bare.then(T::default);
        self.watches.push(watch(move || {
            let value = draw();
            if shown.as_ref().is_some_and(|shown| *shown != value) {
                show(&value);
            }
            shown = Some(value);
        }));
    }

    fn redraw(&mut self, mut draw: Draw<Part>, is_bare: bool, mut here: Option<Element>) {
        let mut is_drawn = !is_bare;
        // What lived in the element before ends only when the new one is there.
        let mut _last = Life::default();
        self.watches.push(watch(move || {
            let mut life = Life::default();
            let part = life.begin(&mut draw);
            untrack(|| match &here {
                Some(here) if is_drawn => part.adopt(here, false, &mut life),
                _ => replace(&mut here, part.build(&mut life)),
            });
            (is_drawn, _last) = (false, life);
        }));
    }
}

fn replace(here: &mut Option<Element>, new: Element) {
    if let Some(old) = here.replace(new.clone())
        && let Some(parent) = old.parent_node()
    {
        // Fails only for one that is no child of its parent.
        let _ = parent.replace_child(&new, &old);
    }
}

/// Hears the events of one name, until it is dropped.
struct Ear {
    at: EventTarget,
    event: &'static str,
    act: Closure<dyn FnMut(Event)>,
}

impl Ear {
    fn new(at: EventTarget, event: &'static str, act: Hear) -> Self {
        let act = Closure::wrap(act);
        // Fails only for what is no function.
        let _ = at.add_event_listener_with_callback(event, act.as_ref().unchecked_ref());
        Ear { at, event, act }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        let act = self.act.as_ref().unchecked_ref();
        let _ = self.at.remove_event_listener_with_callback(self.event, act);
    }
}

/// Does something whenever an event of that name reaches the window, as long as the page lives.
pub fn hear<E: JsCast>(event: &'static str, mut act: impl FnMut(E) + 'static) {
    let act = Box::new(move |event: Event| act(event.unchecked_into()));
    std::mem::forget(Ear::new(window().into(), event, act));
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::super::markup::void;
    use super::*;

    #[test]
    fn the_server_draws_all_that_a_part_follows() {
        let line = |key: &str| {
            let item = element("li", &[], &[text(key)]);
            Line { key: key.into(), draw: Box::new(move || item) }
        };
        let list = part("ul", &[]).lines(move || vec![line("a"), line("<b>")]);
        let named = part("p", &[("class", "x")])
            .attribute("hidden", || Some(""))
            .attribute("title", || None::<String>)
            .on("click", |_: Event| {})
            .words(|| "one & two".into());
        let html = part("main", &[])
            .html(void("input", &[]))
            .text(" & ")
            .part(named)
            .drawn(|| element("b", &[], &[]))
            .anew(|| "i", |tag| part(tag, &[]))
            .part(list)
            .into_html();
        assert_eq!(
            html.as_str(),
            r#"<main><input> &amp; <p class="x" hidden="">one &amp; two</p><b></b><i></i>"#
                .to_owned()
                + "<ul><li>a</li><li>&lt;b&gt;</li></ul></main>"
        );
    }
}
