//! One place in the memory for texts on their way to `edge/worker/exchange.js` and back.
//!
//! Every request would otherwise have two of its own, and JavaScript an object for each of them.

use std::cell::RefCell;

thread_local! {
    static EXCHANGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for at least so many bytes, without losing what is there, and says where in the memory they begin.
pub(super) fn at(bytes: usize) -> usize {
    EXCHANGE.with_borrow_mut(|exchange| {
        if exchange.len() < bytes {
            exchange.resize(bytes, 0);
        }
        exchange.as_ptr().expose_provenance()
    })
}

/// Reads the first so many bytes; nothing where there are not as many, or they are not UTF-8.
pub(super) fn read<T>(bytes: usize, see: impl FnOnce(&str) -> T) -> Option<T> {
    EXCHANGE.with_borrow(|exchange| {
        let text = exchange.get(..bytes)?;
        std::str::from_utf8(text).ok().map(see)
    })
}

/// Writes bytes to the beginning, and says how many. Nothing is written where there is not room enough.
pub(super) fn write(bytes: &[u8]) -> Option<usize> {
    EXCHANGE.with_borrow_mut(|exchange| {
        exchange.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(bytes.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_place_holds_what_was_there() {
        let _ = at(8);
        assert_eq!(write(b"abc"), Some(3));
        let _ = at(100_000);
        assert_eq!(read(3, str::to_owned).as_deref(), Some("abc"));
        let _ = at(1);
        assert_eq!(read(100_001, str::to_owned), None);
        assert_eq!(read(100_000, str::len), Some(100_000));
    }

    #[test]
    fn what_is_too_long_leaves_everything_as_it_is() {
        let _ = at(4);
        assert_eq!(write(b"abcd"), Some(4));
        assert_eq!(write(b"fghij"), None);
        assert_eq!(read(4, str::to_owned).as_deref(), Some("abcd"));
    }

    #[test]
    fn what_is_no_text_is_not_read() {
        let _ = at(4);
        EXCHANGE.with_borrow_mut(|exchange| exchange[0] = 0xff);
        assert_eq!(read(4, str::len), None);
        assert_eq!(read(0, str::len), Some(0));
    }
}
