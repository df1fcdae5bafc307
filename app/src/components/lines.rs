//! Lists whose elements are drawn once: messages, users, rooms. What changes an element gives it
//! another key, and it is drawn anew; what stays is not touched, so that nothing that one reads
//! or has focused moves. What one has begun in an element that is drawn anew goes on in the new
//! one.

use super::markup::Html;
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, HtmlInputElement, Node};

pub struct Line {
    /// Says what is drawn, completely: the same key is the same element. Before its first `/`
    /// it names the thing, which keeps that name however often it is drawn anew.
    pub key: String,
    /// Called if no line of that key is in the document.
    pub draw: Box<dyn FnOnce() -> Html>,
}

/// The lines that are in the document, with their keys, in their order: the last in their parent.
pub struct Lines {
    parent: Element,
    lines: Vec<(String, Element)>,
}

impl Lines {
    pub fn new(parent: Element) -> Self {
        Lines { parent, lines: Vec::new() }
    }

    /// Takes over those that the server drew, from the first one on.
    pub fn adopt(&mut self, first: Element, drawn: Vec<Line>) {
        let elements = std::iter::successors(Some(first), Element::next_element_sibling);
        self.lines = drawn.into_iter().map(|line| line.key).zip(elements).collect();
    }

    /// Removes what is gone, draws what is new, and moves what is not in its place. No two have
    /// the same key.
    pub fn change(&mut self, new: Vec<Line>) {
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
        let mut behind: Option<&Node> = None;
        for (_, element) in self.lines.iter().rev() {
            // What was just built is the last, too: in a fragment of its own.
            let is_there = element.next_sibling().as_ref() == behind
                && (behind.is_some() || element.parent_element().as_ref() == Some(&self.parent));
            if !is_there {
                // Fails only for a parent that is no parent of `behind`.
                let _ = self.parent.insert_before(element, behind);
            }
            behind = Some(element);
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
