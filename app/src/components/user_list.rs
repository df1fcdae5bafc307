//! Who is here: oneself first, then everyone by name.

use super::icon::Icon;
use super::message_row::{initial, tint};
use super::{desk, room_page::open_room::OpenRoom};
use crate::i18n::number;
use leptos::prelude::*;

#[component]
pub fn UserList(room: OpenRoom) -> impl IntoView {
    let phrases = desk().phrases;
    let count = move || number(room.users.with(|users| users.count()) as u64);
    let everyone = move || room.users.with(|users| users.iter().cloned().collect::<Vec<_>>());
    view! {
        <aside
            class="user-list room-page__panel room-page__panel--end"
            id="users"
            popover
            aria-labelledby="users-heading"
        >
            <header class="user-list__header">
                <h2 class="user-list__heading">
                    <span id="users-heading">{phrases.users}</span>
                    " "
                    <span class="user-list__count">{count}</span>
                </h2>
                <button
                    class="button button--plain button--icon user-list__close"
                    type="button"
                    popovertarget="users"
                    popovertargetaction="hide"
                    aria-label=phrases.close
                >
                    <Icon name="close" />
                </button>
            </header>
            <ul class="user-list__items" role="list" aria-labelledby="users-heading" tabindex="0">
                <For
                    each=everyone
                    key=move |user| (user.id, user.username.clone(), room.users.with_untracked(|users| users.is_me(user.id)))
                    children=move |user| {
                        let is_me = room.users.with_untracked(|users| users.is_me(user.id));
                        view! {
                            <li class=["user-list__item ", tint(user.id)].concat()>
                                <span class="initial" aria-hidden="true">{initial(&user.username)}</span>
                                <bdi class="user-list__name">{user.username}</bdi>
                                {is_me.then(|| view! { <span class="user-list__note">{phrases.you}</span> })}
                            </li>
                        }
                    }
                />
            </ul>
        </aside>
    }
}
