//! What someone has in each of their few rooms: a list, because most are in one or two, and a
//! map's first entry takes memory for ten.

use app::protocol::RoomKey;

pub struct ByRoom<V>(Vec<(RoomKey, V)>);

impl<V> Default for ByRoom<V> {
    fn default() -> Self {
        ByRoom(Vec::new())
    }
}

impl<V> ByRoom<V> {
    pub fn get(&self, room: &RoomKey) -> Option<&V> {
        self.iter().find(|(key, _)| *key == room).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, room: &RoomKey) -> Option<&mut V> {
        self.0.iter_mut().find(|(key, _)| key == room).map(|(_, value)| value)
    }

    /// Returns what was there before.
    pub fn insert(&mut self, room: RoomKey, value: V) -> Option<V> {
        if let Some(known) = self.get_mut(&room) {
            return Some(std::mem::replace(known, value));
        }
        self.0.reserve_exact(1);
        self.0.push((room, value));
        None
    }

    pub fn remove(&mut self, room: &RoomKey) -> Option<V> {
        let at = self.0.iter().position(|(key, _)| key == room)?;
        Some(self.0.remove(at).1)
    }

    /// In the order of coming.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&RoomKey, &V)> {
        self.0.iter().map(|(room, value)| (room, value))
    }
}

impl<V> FromIterator<(RoomKey, V)> for ByRoom<V> {
    fn from_iter<I: IntoIterator<Item = (RoomKey, V)>>(entries: I) -> Self {
        let mut all = ByRoom::default();
        for (room, value) in entries {
            all.insert(room, value);
        }
        all
    }
}

impl<V> IntoIterator for ByRoom<V> {
    type Item = (RoomKey, V);
    type IntoIter = std::vec::IntoIter<(RoomKey, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
