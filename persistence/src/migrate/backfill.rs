//! Backfills: fills in values of existing rows that a migration needs. Each transaction changes a
//! limited number of rows and records the position reached. Therefore, rows are locked only
//! briefly, snapshots are short, and an interrupted backfill continues at the next `migrate`.

use std::time::{Duration, Instant};

use helpline_core::limits;

use super::apply::{Failed, RECORD_VERSION, Run, Step};
use super::plan::Version;
use crate::{StoreError, rows};

const PLACE: &str = include_str!("../../sql/migrate/backfill_place.sql");
const RECORD: &str = include_str!("../../sql/migrate/record_backfill.sql");
const END: &str = include_str!("../../sql/migrate/end_backfill.sql");

impl Run<'_> {
    /// Runs a backfill until no rows are left. Returns the name of the backfill's versioned file.
    pub(super) async fn backfill(
        &self,
        version: &Version,
        checksum: &str,
    ) -> Result<Vec<String>, StoreError> {
        let mut portion_rows = limits::BACKFILL_ROWS;
        loop {
            let begun = Instant::now();
            let step = Step::Portion(version, checksum, portion_rows);
            let done = self.insistently(step).await?;
            if !done.is_empty() {
                return Ok(done);
            }
            let took = begun.elapsed();
            portion_rows = next_portion(portion_rows, took);
            // Sleep as long as the portion took, so that the backfill uses at most half of the
            // time.
            tokio::time::sleep(took.min(Duration::from_millis(limits::BACKFILL_PORTION_MS))).await;
        }
    }

    /// Runs the next portion of a backfill in one transaction. Returns the name of the backfill's
    /// versioned file if no rows were left.
    pub(super) async fn portion(
        &self,
        version: &Version,
        checksum: &str,
        portion_rows: i64,
    ) -> Result<Vec<String>, Failed> {
        let failed = |error| Failed::of(version.name, error);
        let number = i32::try_from(version.number).unwrap_or(i32::MAX);
        let (place, record, end) = (
            self.names.render(PLACE),
            self.names.render(RECORD),
            self.names.render(END),
        );
        self.begin().await.map_err(failed)?;
        let place: Option<String> = match self
            .client
            .query_opt(&place, &[&number])
            .await
            .map_err(failed)?
        {
            Some(row) => Some(rows::get(&row, 0).map_err(Failed::Other)?),
            None => None,
        };
        let filled = self
            .client
            .query_opt(&self.render(version.sql), &[&place, &portion_rows])
            .await
            .map_err(failed)?;
        let done = match filled {
            Some(row) => {
                let (place, count): (String, i64) = (
                    rows::get(&row, 0).map_err(Failed::Other)?,
                    rows::get(&row, 1).map_err(Failed::Other)?,
                );
                self.client
                    .execute(&record, &[&number, &place, &count])
                    .await
                    .map_err(failed)?;
                Vec::new()
            }
            None => {
                self.client
                    .execute(&end, &[&number])
                    .await
                    .map_err(failed)?;
                self.client
                    .execute(
                        &self.names.render(RECORD_VERSION),
                        &[&number, &version.name, &checksum],
                    )
                    .await
                    .map_err(failed)?;
                vec![version.name.to_owned()]
            }
        };
        self.client.batch_execute("commit").await.map_err(failed)?;
        Ok(done)
    }
}

/// Returns the size of the next portion, in rows. The size is adjusted so that each portion locks
/// rows only for a short time.
fn next_portion(rows: i64, took: Duration) -> i64 {
    let most = Duration::from_millis(limits::BACKFILL_PORTION_MS);
    if took > most {
        (rows / 2).max(limits::BACKFILL_ROWS_MIN)
    } else if took * 4 < most {
        (rows * 2).min(limits::BACKFILL_ROWS_MAX)
    } else {
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_fit_the_time_that_they_may_take() {
        let ms = Duration::from_millis;
        assert_eq!(next_portion(500, ms(201)), 250);
        assert_eq!(
            next_portion(limits::BACKFILL_ROWS_MIN, ms(10_000)),
            limits::BACKFILL_ROWS_MIN
        );
        assert_eq!(next_portion(500, ms(100)), 500);
        assert_eq!(next_portion(500, ms(49)), 1_000);
        assert_eq!(
            next_portion(limits::BACKFILL_ROWS_MAX, ms(0)),
            limits::BACKFILL_ROWS_MAX
        );
    }
}
