//! When festivals are. Those of the lunar calendar wander; their days are a table, which the tests compare with an
//! implementation of the calendar.

use switchboard_sdk::when::Date;

/// A festival and its name in each language.
pub(crate) struct Festival {
    /// As the desk's configuration names it.
    pub(crate) key: &'static str,
    /// As the people of the desk read it.
    pub(crate) name: &'static str,
    on: On,
}

/// On which day of the year.
enum On {
    /// The same one of the sun's calendar: month × 100 + day.
    Fixed(u32),
    /// That column of [`LUNAR`].
    Lunar(usize),
}

#[rustfmt::skip]
pub(crate) const FESTIVALS: &[Festival] = &[
    Festival { key: "new-year", name: "元旦 New Year", on: On::Fixed(101) },
    Festival { key: "spring-festival", name: "春节 Spring Festival", on: On::Lunar(0) },
    Festival { key: "lantern", name: "元宵节 Lantern Festival", on: On::Lunar(1) },
    Festival { key: "children", name: "儿童节 Children's Day", on: On::Fixed(601) },
    Festival { key: "dragon-boat", name: "端午节 Dragon Boat Festival", on: On::Lunar(2) },
    Festival { key: "qixi", name: "七夕 Qixi", on: On::Lunar(3) },
    Festival { key: "mid-autumn", name: "中秋节 Mid-Autumn", on: On::Lunar(4) },
    Festival { key: "national-day", name: "国庆节 National Day", on: On::Fixed(1001) },
    Festival { key: "double-ninth", name: "重阳节 Double Ninth", on: On::Lunar(5) },
    Festival { key: "christmas", name: "圣诞节 Christmas", on: On::Fixed(1225) },
];

/// The year of the first line of [`LUNAR`].
const FIRST_YEAR: i32 = 2024;
/// Month × 100 + day of the 1st of the 1st month, 15th of the 1st, 5th of the 5th, 7th of the 7th, 15th of the 8th and
/// 9th of the 9th, a line for each year.
const LUNAR: &[[u32; 6]] = &[
    [210, 224, 610, 810, 917, 1011],
    [129, 212, 531, 829, 1006, 1029],
    [217, 303, 619, 819, 925, 1018],
    [206, 220, 609, 808, 915, 1008],
    [126, 209, 528, 826, 1003, 1026],
    [213, 227, 616, 816, 922, 1016],
    [203, 217, 605, 805, 912, 1005],
    [123, 206, 624, 824, 1001, 1024],
    [211, 225, 612, 812, 919, 1012],
    [131, 214, 601, 801, 908, 1001],
    [219, 305, 620, 820, 927, 1020],
    [208, 222, 610, 810, 916, 1009],
    [128, 211, 530, 828, 1004, 1027],
    [215, 301, 618, 817, 924, 1017],
    [204, 218, 607, 807, 913, 1007],
    [124, 207, 527, 826, 1002, 1026],
    [212, 226, 614, 814, 920, 1014],
    [201, 215, 603, 803, 910, 1003],
    [122, 205, 622, 822, 928, 1022],
    [210, 224, 611, 811, 917, 1011],
    [130, 213, 531, 731, 1005, 1029],
    [217, 303, 619, 819, 925, 1018],
    [206, 220, 608, 808, 915, 1008],
    [126, 209, 529, 827, 1004, 1027],
    [214, 228, 615, 816, 922, 1016],
    [202, 216, 604, 805, 911, 1005],
    [123, 206, 623, 823, 930, 1024],
];

impl Festival {
    /// Its day in a year, counted from 1970-01-01; none beyond the table.
    pub(crate) fn in_year(&self, year: i32) -> Option<i32> {
        let day = match self.on {
            On::Fixed(day) => day,
            On::Lunar(column) => {
                let line = usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?;
                *LUNAR.get(line)?.get(column)?
            }
        };
        Some(
            Date {
                year,
                month: day / 100,
                day: day % 100,
            }
            .days(),
        )
    }

    /// Its first day from `day` of `year` on.
    pub(crate) fn from(&self, year: i32, day: i32) -> Option<i32> {
        [year, year.saturating_add(1)]
            .into_iter()
            .filter_map(|year| self.in_year(year))
            .find(|found| *found >= day)
    }
}

#[cfg(test)]
mod tests {
    use icu_calendar::cal::{ChineseTraditional, Gregorian};
    use icu_calendar::types::Month;

    use super::*;

    #[test]
    fn the_wandering_festivals_are_where_the_lunar_calendar_has_them() {
        const LUNAR_DAYS: [(u8, u8); 6] = [(1, 1), (1, 15), (5, 5), (7, 7), (8, 15), (9, 9)];
        let calendar = ChineseTraditional::new();
        for (year, line) in (FIRST_YEAR..).zip(LUNAR) {
            for ((month, day), found) in LUNAR_DAYS.into_iter().zip(line) {
                let date =
                    icu_calendar::Date::try_new(year.into(), Month::new(month), day, calendar)
                        .unwrap()
                        .to_calendar(Gregorian);
                let expected =
                    u32::from(date.month().ordinal) * 100 + u32::from(date.day_of_month().0);
                assert_eq!(*found, expected, "{year}: {month}/{day}");
            }
        }
    }

    #[test]
    fn a_festival_is_found_from_a_day_on() {
        let mid_autumn = FESTIVALS.iter().find(|it| it.key == "mid-autumn").unwrap();
        let day = |year, month, day| Date { year, month, day }.days();
        assert_eq!(
            mid_autumn.from(2026, day(2026, 9, 25)),
            Some(day(2026, 9, 25))
        );
        assert_eq!(
            mid_autumn.from(2026, day(2026, 9, 26)),
            Some(day(2027, 9, 15))
        );
        assert_eq!(mid_autumn.from(2051, day(2051, 1, 1)), None);
    }
}
