//! A look-up table from dates to what holds on them.

use jiff::civil::Date;

/// A stretch of dates, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Dates {
    pub(super) first: Date,
    pub(super) last: Date,
}

impl Dates {
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Stretches of dates with a value each. Stretches stay stretches, so a table costs no more for a long one.
#[derive(Debug, Clone)]
pub(super) struct DateTable<T> {
    /// In order of dates and without overlap.
    entries: Vec<(Dates, T)>,
}

impl<T> Default for DateTable<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<T> DateTable<T> {
    /// The stretches must not overlap; of two that do, either may be found.
    pub(super) fn new(mut entries: Vec<(Dates, T)>) -> Self {
        entries.sort_by_key(|(dates, _)| *dates);
        Self { entries }
    }

    pub(super) fn get(&self, date: Date) -> Option<&T> {
        let after = self
            .entries
            .partition_point(|(dates, _)| dates.first <= date);
        let (dates, value) = self.entries.get(after.checked_sub(1)?)?;
        (date <= dates.last).then_some(value)
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_date_is_found_in_its_stretch_and_nowhere_else() {
        let stretch = |first, last| Dates { first, last };
        let table = DateTable::new(vec![
            (stretch(date(2026, 5, 1), date(2026, 5, 5)), "May"),
            (stretch(date(2026, 2, 15), date(2026, 2, 23)), "spring"),
        ]);
        assert_eq!(table.get(date(2026, 2, 14)), None);
        assert_eq!(table.get(date(2026, 2, 15)), Some(&"spring"));
        assert_eq!(table.get(date(2026, 2, 23)), Some(&"spring"));
        assert_eq!(table.get(date(2026, 2, 24)), None);
        assert_eq!(table.get(date(2026, 5, 1)), Some(&"May"));
        assert_eq!(table.get(date(2026, 5, 6)), None);
    }
}
