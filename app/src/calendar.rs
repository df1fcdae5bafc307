//! Days and hours out of milliseconds, in the proleptic Gregorian calendar.
//!
//! The browser knows all this too, but asking it costs a call out of wasm for every row, and
//! the server, which draws the first page, has no browser to ask.

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 is Sunday.
    pub weekday: u8,
}

/// A moment as a clock on the wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Civil {
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The clock on the wall at `unix_millis`, where it is `offset_minutes` ahead of UTC
/// (Seoul: 540).
pub fn civil(unix_millis: u64, offset_minutes: i32) -> Civil {
    // Anything beyond the year 292 million is a broken clock, not a date.
    let utc = i64::try_from(unix_millis).unwrap_or(i64::MAX / 2).min(i64::MAX / 2);
    let local = utc + i64::from(offset_minutes) * MINUTE;
    let minute_of_day = local.rem_euclid(DAY) / MINUTE;
    Civil {
        date: date(local.div_euclid(DAY)),
        hour: (minute_of_day / 60) as u8,
        minute: (minute_of_day % 60) as u8,
    }
}

/// The date `days` after 1970-01-01. The year is taken to begin in March, so that the leap
/// day is its last (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub fn date(days: i64) -> Date {
    let since_march_0000 = days + 719_468;
    let era = since_march_0000.div_euclid(146_097);
    let day_of_era = since_march_0000.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    Date {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: month as u8,
        day: (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8,
        // 1970 began on a Thursday.
        weekday: (days + 4).rem_euclid(7) as u8,
    }
}

/// The days from 1970-01-01 to that date: [`date`] backwards.
pub fn days(year: i64, month: u8, day: u8) -> i64 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(unix_millis: u64, offset_minutes: i32) -> (i64, u8, u8, u8, u8, u8) {
        let Civil { date, hour, minute } = civil(unix_millis, offset_minutes);
        (date.year, date.month, date.day, date.weekday, hour, minute)
    }

    #[test]
    fn known_moments_are_read_right() {
        assert_eq!(read(0, 0), (1970, 1, 1, 4, 0, 0));
        assert_eq!(read(951_827_696_000, 0), (2000, 2, 29, 2, 12, 34));
        assert_eq!(read(1_709_251_199_999, 0), (2024, 2, 29, 4, 23, 59));
        assert_eq!(read(4_107_542_400_000, 0), (2100, 3, 1, 1, 0, 0));
    }

    #[test]
    fn a_zone_moves_the_day_both_ways() {
        assert_eq!(read(1_735_657_200_000, 540), (2025, 1, 1, 3, 0, 0));
        assert_eq!(read(1_735_657_200_000, 0), (2024, 12, 31, 2, 15, 0));
        assert_eq!(read(0, -210), (1969, 12, 31, 3, 20, 30));
    }

    #[test]
    fn a_broken_clock_is_still_read() {
        civil(u64::MAX, i32::MAX);
        civil(0, i32::MIN);
    }

    proptest! {
        #[test]
        fn a_date_leads_back_to_its_day(day in -1_000_000_i64..4_000_000) {
            let found = date(day);
            prop_assert_eq!(days(found.year, found.month, found.day), day);
        }

        #[test]
        fn the_next_day_is_later_and_the_next_weekday(day in -1_000_000_i64..4_000_000) {
            let (today, tomorrow) = (date(day), date(day + 1));
            prop_assert!(today < tomorrow);
            prop_assert_eq!((today.weekday + 1) % 7, tomorrow.weekday);
            prop_assert!((1..=12).contains(&today.month) && (1..=31).contains(&today.day));
        }
    }
}
