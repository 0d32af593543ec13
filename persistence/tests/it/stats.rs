//! Tests that the ticket statistics equal a plain count of the tickets after random operations and
//! roll-ups (which add recorded changes to the stored totals).

use helpline_core::protocol::TicketStats;
use helpline_persistence::stats;
use rand::RngExt;

use crate::test_db::TestDb;

const COUNTED: &str = "select count(*) filter (where status = 'open'), count(*) filter (where status = 'in_progress'),
  count(*) filter (where status in ('waiting_on_customer', 'waiting_on_admin')), count(*) filter (where status = 'escalated'),
  count(*) filter (where status = 'resolved'), count(*) filter (where status = 'closed'),
  count(*) filter (where priority = 'urgent' and status not in ('resolved', 'closed')),
  count(*) filter (where priority = 'high' and status not in ('resolved', 'closed')),
  count(*) filter (where assigned_to is null and status not in ('resolved', 'closed')),
  avg(extract(epoch from coalesce(resolved_at, closed_at) - created_at) / 3600)::float8,
  count(*) filter (where created_at > now() - interval '24 hours'), count(*) filter (where created_at > now() - interval '7 days'),
  avg(satisfaction_rating)::float8,
  -- No ticket is answered here.
  count(*) filter (where status not in ('resolved', 'closed')) from support_tickets where archived_at is null";

async fn counted(db: &TestDb) -> TicketStats {
    let row = db.admin.query_one(COUNTED, &[]).await.unwrap();
    let n = |column: usize| u32::try_from(row.get::<_, i64>(column)).unwrap();
    TicketStats {
        open_tickets: n(0),
        in_progress_tickets: n(1),
        waiting_tickets: n(2),
        escalated_tickets: n(3),
        resolved_tickets: n(4),
        closed_tickets: n(5),
        urgent_tickets: n(6),
        high_priority_tickets: n(7),
        unassigned_tickets: n(8),
        avg_resolution_hours: row.get(9),
        tickets_last_24h: n(10),
        tickets_last_7d: n(11),
        avg_satisfaction_rating: row.get(12),
        needs_answer_tickets: n(13),
    }
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    // Compare with a tolerance, because the statistics store resolution times in whole seconds.
    a.zip(b)
        .map_or(a.is_none() && b.is_none(), |(a, b)| (a - b).abs() < 0.001)
}

#[tokio::test]
async fn the_glance_equals_a_plain_count_after_random_operations() {
    let db = TestDb::open().await;
    assert_eq!(stats::read(&db.store).await.unwrap(), counted(&db).await);
    for _ in 0..150 {
        let some = format!(
            "id in (select id from support_tickets where archived_at is null order by random() limit {})",
            rand::rng().random_range(1..4)
        );
        let change = match rand::rng().random_range(0..9) {
            0 | 1 => format!(
                "insert into support_tickets (user_id, subject, priority, created_at) select '{}', 'x', (array['low', 'high', 'urgent'])[1 + n % 3], \
                 now() - random() * interval '20 days' from generate_series(1, 4) n",
                db.customer
            ),
            2 => format!(
                "update support_tickets t set status = (select to_status from support_status_transitions m where m.actor_type = 'system' \
                 and m.from_status = t.status order by random() limit 1) where {some}"
            ),
            3 => format!(
                "update support_tickets set priority = (array['low', 'high', 'urgent'])[ceil(random() * 3)] where {some}"
            ),
            4 => format!(
                "update support_tickets set assigned_to = '{}' where {some}",
                db.agent
            ),
            5 => format!("update support_tickets set assigned_to = null where {some}"),
            6 => format!(
                "update support_tickets set satisfaction_rating = ceil(random() * 5) where {some}"
            ),
            7 => format!(
                "update support_tickets set archived_at = now() where status in ('resolved', 'closed') and {some}"
            ),
            _ => {
                stats::roll_up(&db.store).await.unwrap();
                continue;
            }
        };
        db.sql(&change).await;
        let (read, plain) = (stats::read(&db.store).await.unwrap(), counted(&db).await);
        assert!(
            near(read.avg_resolution_hours, plain.avg_resolution_hours),
            "{read:?} {plain:?}"
        );
        let averages = (plain.avg_resolution_hours, plain.avg_satisfaction_rating);
        assert!(near(read.avg_satisfaction_rating, averages.1));
        assert_eq!(
            TicketStats {
                avg_resolution_hours: averages.0,
                avg_satisfaction_rating: averages.1,
                ..read
            },
            plain,
            "after {change}"
        );
    }
    stats::roll_up(&db.store).await.unwrap();
    assert_eq!(
        db.ask::<i64>("select count(*) from support_ticket_tally_deltas")
            .await,
        0
    );
    // The operator's platform can read the statistics view directly, with the staff role.
    let staff = db.session("helpline_staff", db.agent).await;
    let open: i64 = staff
        .query_one("select open_tickets from support_ticket_stats", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(
        open,
        i64::from(stats::read(&db.store).await.unwrap().open_tickets)
    );
    let customer = db.session("helpline_customer", db.customer).await;
    customer
        .query("select open_tickets from support_ticket_stats", &[])
        .await
        .unwrap_err();
}
