//! Which token was used least recently: a list through the places, so that every step takes the same time however many there are.

/// The places in the order of their last use.
#[derive(Debug, Default)]
pub(super) struct Recency {
    links: Vec<Link>,
    newest: Option<usize>,
    oldest: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Link {
    newer: Option<usize>,
    older: Option<usize>,
}

impl Recency {
    /// The place that was used least recently.
    pub(super) const fn oldest(&self) -> Option<usize> {
        self.oldest
    }

    /// A place that is not in the list becomes the newest.
    pub(super) fn push(&mut self, place: usize) {
        if self.links.len() <= place {
            self.links.resize(place + 1, Link::default());
        }
        self.links[place] = Link { newer: None, older: self.newest };
        match self.newest {
            Some(newest) => self.links[newest].newer = Some(place),
            None => self.oldest = Some(place),
        }
        self.newest = Some(place);
    }

    /// Takes a place out of the list.
    pub(super) fn remove(&mut self, place: usize) {
        let Link { newer, older } = self.links[place];
        match newer {
            Some(newer) => self.links[newer].older = older,
            None => self.newest = older,
        }
        match older {
            Some(older) => self.links[older].newer = newer,
            None => self.oldest = newer,
        }
    }

    /// A place in the list becomes the newest.
    pub(super) fn touch(&mut self, place: usize) {
        if self.newest != Some(place) {
            self.remove(place);
            self.push(place);
        }
    }
}
