//! Browsers whose tabs share one jar of cookies and know nothing of each other.

use crate::{
    origin::{AccessToken, Answer, Origin, Settings},
    random::Random,
};

/// How browsers behave. Times are in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Habits {
    pub(crate) tabs: u64,
    /// A tab pauses for at most this long between two requests.
    pub(crate) pause: u64,
    /// Tabs send at common moments this far apart, as after a laptop wakes up; 1 where they do not.
    pub(crate) beat: u64,
}

/// One session: its row, every browser that holds its tokens, and the edge's confirmations under way.
pub(crate) struct World {
    settings: Settings,
    habits: Habits,
    random: Random,
    now: u64,
    origin: Origin,
    jars: Vec<Jar>,
    tabs: Vec<Tab>,
    /// When each reaches the origin, and the refresh token that it is about.
    confirmations: Vec<(u64, u32)>,
}

#[derive(Clone, Copy)]
struct Jar {
    access: AccessToken,
    refresh: u32,
}

struct Tab {
    jar: usize,
    at: u64,
    next: Next,
}

/// What a tab does next.
#[derive(Clone, Copy)]
enum Next {
    /// It sends a request with the jar's access token.
    Request,
    /// Its access token was refused, or the reply was lost: it sends the jar's refresh token, whatever that is by now.
    Refresh,
    /// Its refresh reaches the origin. The reply takes less than `rest`.
    Arrive { presented: u32, rest: u64 },
    /// The reply reaches the jar.
    Receive(Answer),
}

impl World {
    pub(crate) fn log_in(settings: Settings, habits: Habits, mut random: Random) -> Self {
        let origin = Origin::log_in(settings);
        let access = origin.access_token(settings.access_validity, 0, &mut random);
        let mut world = Self {
            settings,
            habits,
            random,
            now: 0,
            origin,
            jars: Vec::new(),
            tabs: Vec::new(),
            confirmations: Vec::new(),
        };
        world.open(Jar { access, refresh: 0 });
        world
    }

    /// A thief copies the owner's jar, and goes on with it as the owner does.
    pub(crate) fn steal(&mut self) {
        self.open(self.jars[0]);
    }

    fn open(&mut self, jar: Jar) {
        self.jars.push(jar);
        for _ in 0..self.habits.tabs {
            let at = self.after_a_pause();
            self.tabs.push(Tab { jar: self.jars.len() - 1, at, next: Next::Request });
        }
    }

    /// Goes on until `end`, or until a refresh is theft: then says when.
    pub(crate) fn run_until(&mut self, end: u64) -> Option<u64> {
        loop {
            let mut tab = 0;
            for other in 1..self.tabs.len() {
                if self.tabs[other].at < self.tabs[tab].at {
                    tab = other;
                }
            }
            let at = self.tabs[tab].at;
            self.confirm_until(at.min(end));
            if at > end {
                self.now = end;
                return None;
            }
            self.now = at;
            let is_theft = self.act(tab);
            if is_theft {
                return Some(at);
            }
        }
    }

    /// Whether every browser's refresh token is still good.
    pub(crate) fn all_are_logged_in(&mut self) -> bool {
        (0..self.jars.len()).all(|jar| {
            let presented = self.jars[jar].refresh;
            self.origin.refresh(presented, self.now, &mut self.random).is_some()
        })
    }

    fn confirm_until(&mut self, end: u64) {
        if self.confirmations.is_empty() {
            return;
        }
        self.confirmations.sort_unstable();
        let due = self.confirmations.partition_point(|(at, _)| *at <= end);
        for (at, token) in self.confirmations.drain(..due) {
            self.origin.confirm(token, at);
        }
    }

    /// Whether it was theft.
    fn act(&mut self, tab: usize) -> bool {
        let jar = self.tabs[tab].jar;
        match self.tabs[tab].next {
            Next::Request => self.request(tab),
            Next::Refresh => {
                let there = self.random.below(self.settings.window);
                let rest = self.settings.window - there;
                let presented = self.jars[jar].refresh;
                self.then(tab, there, Next::Arrive { presented, rest });
            }
            Next::Arrive { presented, rest } => {
                let Some(answer) = self.origin.refresh(presented, self.now, &mut self.random)
                else {
                    return true;
                };
                let is_lost = self.random.happens(10);
                if is_lost {
                    let patience = self.random.below(2 * self.settings.window);
                    self.then(tab, patience, Next::Refresh);
                } else {
                    let back = self.random.below(rest);
                    self.then(tab, back, Next::Receive(answer));
                }
            }
            Next::Receive(Answer { access, refresh }) => {
                let jar = &mut self.jars[jar];
                jar.access = access;
                jar.refresh = refresh.unwrap_or(jar.refresh);
                // What the refresh was for is sent again.
                self.then(tab, 0, Next::Request);
            }
        }
        false
    }

    fn request(&mut self, tab: usize) {
        let AccessToken { of, expires_at } = self.jars[self.tabs[tab].jar].access;
        if expires_at <= self.now {
            let refused_after = self.random.below(self.settings.window);
            self.then(tab, refused_after, Next::Refresh);
            return;
        }
        // A log-in's own token needs no confirmation. One in five is lost with the isolate that was to send it.
        if of > 0 && self.origin.awaits_confirmation(of) && !self.random.happens(20) {
            let arrives_at = self.now + self.random.below(1_000);
            self.confirmations.push((arrives_at, of));
        }
        self.tabs[tab].at = self.after_a_pause();
        self.tabs[tab].next = Next::Request;
    }

    fn after_a_pause(&mut self) -> u64 {
        let at = self.now + 1 + self.random.below(self.habits.pause);
        at.next_multiple_of(self.habits.beat)
    }

    fn then(&mut self, tab: usize, delay: u64, next: Next) {
        self.tabs[tab].at = self.now + delay;
        self.tabs[tab].next = next;
    }
}
