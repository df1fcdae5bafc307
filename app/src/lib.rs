//! Sarangbang's page: everything that is the same in the browser and on the server.
//!
//! # Map, in reading order
//!
//! - [`protocol`]: the wire, shared with the server and with every other client.
//! - [`calendar`]: days and hours out of milliseconds.
//! - [`i18n`]: every word that is shown, in every language.
//! - [`store`]: what the page knows of its rooms, as pure state.
//! - [`connection`]: the link to the server, and when to try it again.
//! - [`browser`]: clocks, chance and storage.
//! - [`page`]: the HTML document and the data that it is drawn from.
//! - [`components`]: what is seen.
//!
//! # One walk
//!
//! The server draws `page::Document` from a `Boot`; the browser calls [`hydrate`], reads the
//! same boot from the page, and takes up `components::app`. Its `Desk` opens a `connection`,
//! resumes every room from the cursor that the page was drawn with, and from then on batches
//! change the `store`, and the store's signals change what is seen.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod protocol;
pub mod calendar;
pub mod i18n;
pub mod store;
pub mod connection;
pub mod browser;
pub mod page;
pub mod components;

#[cfg(feature = "hydrate")]
use protocol::Codec;
#[cfg(feature = "hydrate")]
use wasm_bindgen::prelude::wasm_bindgen;

/// In constant time, and with a seventh of the code of Rust's own.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// Brings the page to life. Called by the boot script once everything is loaded.
#[cfg(feature = "hydrate")]
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let boot = browser::document().get_element_by_id("boot").and_then(|data| data.text_content());
    let boot = boot.and_then(|text| browser::from_base64(&text));
    let boot: Option<page::Boot> = boot.and_then(|bytes| Codec::Postcard.decode(&bytes).ok());
    // A page without its data, or with another build's, stays what it is: readable, with
    // plain forms.
    let Some(boot) = boot else { return };
    // Something of the browser's own may stand before it.
    let page = browser::document().query_selector("body > .room-page, body > .home-page");
    let Ok(Some(page)) = page else { return };
    // Fails only if it was there before.
    let _ = any_spawner::Executor::init_wasm_bindgen();
    components::adopt(&page, boot);
    if let Some(root) = browser::document().document_element() {
        // Says to styles and to tests that the page answers by itself now.
        let _ = root.set_attribute("data-hydrated", "");
        if browser::can_share() {
            let _ = root.set_attribute("data-can-share", "");
        }
    }
}
