//! Schedules: a run that is interrupted by a kill is continued, and each portion is done once.

use crate::consumers::{PATIENCE, at_the_gate, close, count, open_all};
use crate::kit::test_server::eventually;
use crate::receiver::Receiver;
use crate::start;
use crate::work::{PORTIONS, SCHEDULE};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_continued_after_a_kill_and_each_portion_is_done_once() {
    let receiver = Receiver::start().await;
    let server = start(2, receiver.port).await;
    let sql = server.sql().await;
    eventually("the schedule is stored", PATIENCE, async || {
        let stored = sql
            .query(
                "select from helpline.schedules where name = 'counting'",
                &[],
            )
            .await;
        (!stored.unwrap().is_empty()).then_some(())
    })
    .await;
    close(&sql, &format!("{SCHEDULE} 3")).await;
    sql.batch_execute("select helpline.schedules_run('counting')")
        .await
        .unwrap();
    at_the_gate(&sql).await;
    for gateway in &server.gateways {
        gateway.kill9().await.unwrap();
    }
    let progress = "select progress::text, done_at is null from helpline.schedule_runs where schedule = 'counting'";
    let row = sql.query_one(progress, &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, String>(0), row.get::<_, bool>(1)),
        ("{\"done\": 2}".to_owned(), true)
    );
    open_all(&sql).await;
    // A paused schedule stays where it is.
    sql.batch_execute(
        "update helpline.schedule_runs set lease_until = now() where schedule = 'counting'; select helpline.schedules_pause('counting', true)",
    )
    .await
    .unwrap();
    for gateway in &server.gateways {
        gateway.start().await.unwrap();
    }
    assert_eq!(count(&sql, &format!("{SCHEDULE} 3")).await, 0);
    sql.batch_execute("select helpline.schedules_pause('counting', false)")
        .await
        .unwrap();
    eventually("the run is done", PATIENCE, async || {
        let done = "select from helpline.schedule_runs where schedule = 'counting' and done_at is not null and progress = '{\"counted\": 5}'";
        (sql.query(done, &[]).await.unwrap().len() == 1).then_some(())
    })
    .await;
    for n in 1..=PORTIONS {
        assert_eq!(count(&sql, &format!("{SCHEDULE} {n}")).await, 1, "{n}");
    }
}
