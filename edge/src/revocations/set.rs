//! A set whose entries are forgotten in time, packed for a million of them.
//!
//! A fixed number of buckets, each a small sorted `Vec`. A lookup is a binary search in one bucket; an insertion moves the half of one bucket. Buckets
//! grow by an eighth, so no more than that is wasted, and there is never a moment at which everything moves.

use std::fmt;

/// What the set holds.
pub(super) trait Entry: Copy {
    /// What it is found by.
    type Key: Copy + Ord;

    /// How many buckets there are: two to the power of this.
    const BUCKET_BITS: u32;

    /// The key of this entry.
    fn key(&self) -> Self::Key;

    /// Bits of the key that are spread evenly; the highest ones choose the bucket.
    fn spread(key: Self::Key) -> u32;

    /// From when on the entry says nothing, in Unix seconds.
    fn forget_at(&self) -> u32;

    /// Takes in another entry of the same key.
    fn merge(&mut self, other: &Self);
}

/// The set. Empty, it takes no memory.
pub(super) struct ForgettingSet<E> {
    buckets: Vec<Vec<E>>,
    length: usize,
    /// The bucket that is looked through next.
    next: usize,
}

impl<E: Entry> ForgettingSet<E> {
    /// How many entries are kept, also of those that say nothing any more but have not been come across yet.
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    /// The live entry of this key.
    pub(super) fn find(&self, key: E::Key, now: u32) -> Option<&E> {
        let bucket = self.buckets.get(Self::bucket_of(key))?;
        let place = bucket.binary_search_by(|known| known.key().cmp(&key)).ok()?;
        bucket.get(place).filter(|entry| entry.forget_at() > now)
    }

    /// Adds an entry, or merges it into the one of its key.
    pub(super) fn insert(&mut self, entry: E, now: u32) {
        if entry.forget_at() <= now {
            return;
        }
        if self.buckets.is_empty() {
            self.buckets.resize_with(1 << E::BUCKET_BITS, Vec::new);
        }
        let key = entry.key();
        let bucket = &mut self.buckets[Self::bucket_of(key)];
        if let Ok(place) = bucket.binary_search_by(|known| known.key().cmp(&key)) {
            bucket[place].merge(&entry);
            return;
        }
        if bucket.len() == bucket.capacity() {
            self.length -= forget(bucket, now);
        }
        if bucket.len() == bucket.capacity() {
            bucket.reserve_exact(room(bucket.len()));
        }
        bucket.insert(bucket.partition_point(|known| known.key() < key), entry);
        self.length += 1;
    }

    /// Looks through the next few buckets and lets go of what says nothing any more. A few hundred calls see all of them.
    pub(super) fn forget_some(&mut self, now: u32) {
        for _ in 0..self.buckets.len().min(BUCKETS_PER_LOOK) {
            let bucket = &mut self.buckets[self.next];
            self.length -= forget(bucket, now);
            if bucket.capacity() > bucket.len() + 2 * room(bucket.len()) {
                bucket.shrink_to(bucket.len() + room(bucket.len()));
            }
            self.next = (self.next + 1) % self.buckets.len();
        }
    }

    /// What it takes, unused room included.
    pub(super) fn memory_bytes(&self) -> usize {
        let entries: usize = self.buckets.iter().map(Vec::capacity).sum();
        entries * size_of::<E>() + self.buckets.capacity() * size_of::<Vec<E>>()
    }

    fn bucket_of(key: E::Key) -> usize {
        (E::spread(key) >> (u32::BITS - E::BUCKET_BITS)) as usize
    }
}

impl<E> Default for ForgettingSet<E> {
    fn default() -> Self {
        Self { buckets: Vec::new(), length: 0, next: 0 }
    }
}

/// How many were forgotten.
fn forget<E: Entry>(bucket: &mut Vec<E>, now: u32) -> usize {
    let before = bucket.len();
    bucket.retain(|entry| entry.forget_at() > now);
    before - bucket.len()
}

/// By how much a bucket of this length grows.
const fn room(length: usize) -> usize {
    length / 8 + 4
}

/// How many buckets one look goes through.
const BUCKETS_PER_LOOK: usize = 16;

/// Shows how many there are.
impl<E> fmt::Debug for ForgettingSet<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ForgettingSet({} entries)", self.length)
    }
}
