//! Lists whose elements are drawn once: messages, users, rooms. What changes an element gives it
//! another key, and it is drawn anew; what stays is not touched, so that nothing that one reads
//! or has focused moves. What one has begun in an element that is drawn anew goes on in the new
//! one.
//!
//! leptos' own `<For>` would be compiled for every kind of list; this one is there once.

use super::markup::Html;
use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AddAnyAttr, Mountable, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::view::{Position, PositionState};
use wasm_bindgen::JsCast;
use web_sys::{FocusOptions, HtmlElement, HtmlInputElement};

pub struct Line {
    /// Says what is drawn, completely: the same key is the same element. Before its first `/`
    /// it names the thing, which keeps that name however often it is drawn anew.
    pub key: String,
    /// Called if no line of that key is in the document.
    pub draw: Box<dyn FnOnce() -> Html + Send>,
}

/// The lines, in their order; no two have the same key.
pub struct Lines(pub Vec<Line>);

/// What is in the document: the lines, and a comment behind them that marks the place.
pub struct State {
    lines: Vec<(String, Element)>,
    end: Placeholder,
}

impl State {
    /// Removes what is gone, draws what is new, and moves what is not in its place.
    fn change(&mut self, new: Vec<Line>) {
        let Some(parent) = self.end.parent_node() else { return };
        let mut known: Vec<_> = std::mem::take(&mut self.lines).into_iter().map(Some).collect();
        let mut next = 0;
        for line in new {
            let is_it = |known: &Option<(String, Element)>| {
                known.as_ref().is_some_and(|(key, _)| *key == line.key)
            };
            // Most lists change in one place: the line to come is nearly always the next one.
            let at = known[next..].iter().position(is_it).map(|at| next + at);
            let kept = at.or_else(|| known[..next].iter().position(is_it)).and_then(|at| {
                next = at + 1;
                known[at].take()
            });
            self.lines.push(kept.unwrap_or_else(|| (line.key, (line.draw)().build_element())));
        }
        let focused = crate::browser::document().active_element();
        let mut focus = None;
        for (key, gone) in known.into_iter().flatten() {
            let is_it = |(new, _): &&(String, Element)| name(new) == name(&key);
            if let Some((_, new)) = self.lines.iter().find(is_it) {
                if gone.has_attribute("open") {
                    // Fails only for a name that no attribute can have.
                    let _ = new.set_attribute("open", "");
                }
                keep_inputs(&gone, new);
                if let Some(focused) = focused.as_ref().filter(|it| gone.contains(Some(it))) {
                    let twin = counterpart(focused, &gone, new);
                    focus = Some(twin.unwrap_or_else(|| new.clone()));
                }
            }
            gone.remove();
        }
        let mut behind: Node = self.end.clone().unchecked_into();
        for (_, element) in self.lines.iter().rev() {
            if element.next_sibling().as_ref() != Some(&behind) {
                // Fails only for a parent that is no parent of `behind`.
                let _ = parent.insert_before(element, Some(&behind));
            }
            behind = element.clone().unchecked_into();
        }
        if let Some(focus) = focus {
            let stay = FocusOptions::new();
            stay.set_prevent_scroll(true);
            let _ = focus.unchecked_into::<HtmlElement>().focus_with_options(&stay);
        }
    }
}

fn name(key: &str) -> Option<&str> {
    key.split('/').next()
}

/// What is typed and what is ticked in one stands in the other.
fn keep_inputs(gone: &Element, new: &Element) {
    let Ok(inputs) = gone.query_selector_all("input") else { return };
    for input in (0..inputs.length()).filter_map(|index| inputs.item(index)) {
        let input: HtmlInputElement = input.unchecked_into();
        if let Some(twin) = counterpart(&input, gone, new) {
            let twin: HtmlInputElement = twin.unchecked_into();
            twin.set_value(&input.value());
            twin.set_checked(input.checked());
        }
    }
}

/// What stands in the new element for one in the old.
fn counterpart(one: &Element, gone: &Element, new: &Element) -> Option<Element> {
    if one == gone {
        return Some(new.clone());
    }
    let mut selector = one.tag_name();
    for attribute in ["id", "data-act", "data-emoji"] {
        if let Some(value) = one.get_attribute(attribute) {
            selector.push_str(&["[", attribute, "=\"", &value, "\"]"].concat());
        }
    }
    // What is no selector stands for nothing.
    new.query_selector(&selector).ok().flatten()
}

impl Mountable for State {
    fn unmount(&mut self) {
        for (_, element) in &mut self.lines {
            element.unmount();
        }
        self.end.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        for (_, element) in &mut self.lines {
            element.mount(parent, marker);
        }
        self.end.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.lines.first() {
            Some((_, element)) => element.insert_before_this(child),
            None => self.end.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<Element> {
        self.lines.iter().map(|(_, element)| element.clone()).collect()
    }
}

impl Render for Lines {
    type State = State;

    fn build(self) -> State {
        let build = |line: Line| (line.key, (line.draw)().build_element());
        let end = crate::browser::document().create_comment("").unchecked_into();
        State { lines: self.0.into_iter().map(build).collect(), end }
    }

    fn rebuild(self, state: &mut State) {
        state.change(self.0);
    }
}

impl AddAnyAttr for Lines {
    type Output<NewAttr: Attribute> = Self;

    /// The lines' attributes are their own.
    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self
    where
        Self: RenderHtml,
    {
        self
    }
}

impl RenderHtml for Lines {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

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
        for line in self.0 {
            buffer.push_str((line.draw)().as_str());
        }
        buffer.push_str("<!>");
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> State {
        let adopt = |line: Line| (line.key, Html::adopt(cursor, position));
        let lines = self.0.into_iter().map(adopt).collect();
        let end = cursor.next_placeholder(position);
        position.set(Position::NextChild);
        State { lines, end }
    }

    fn into_owned(self) -> Self {
        self
    }
}

/// A view that is drawn from the ground up whenever it is drawn again.
pub struct Anew<V>(pub V);

impl<V: Render> Render for Anew<V> {
    type State = V::State;

    fn build(self) -> V::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut V::State) {
        let mut new = self.0.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl<V: AddAnyAttr> AddAnyAttr for Anew<V> {
    type Output<NewAttr: Attribute> = Anew<V::Output<NewAttr>>;

    fn add_any_attr<NewAttr: Attribute>(self, attribute: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        Anew(self.0.add_any_attr(attribute))
    }
}

impl<V: RenderHtml + Send> RenderHtml for Anew<V> {
    type AsyncOutput = V::AsyncOutput;
    type Owned = V::Owned;

    const MIN_LENGTH: usize = V::MIN_LENGTH;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> V::AsyncOutput {
        self.0.resolve().await
    }

    fn to_html_with_buf(
        self,
        buffer: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(buffer, position, escape, mark_branches, extra_attributes);
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> V::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> V::Owned {
        self.0.into_owned()
    }
}
