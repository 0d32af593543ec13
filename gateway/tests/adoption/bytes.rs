//! Values of megabytes: memory depends neither on their number nor on their size.

use crate::at_size::{measured, measured_peak};
use crate::kit::Adoption;
use crate::platform::{Contents, ask, run};

/// Messages of one ticket and of twelve others, with megabytes of text each.
async fn big(adoption: &Adoption, messages: u32, bytes: u32) {
    let sql = format!(
        "alter table public.support_messages disable trigger user;
         insert into public.support_messages (id, ticket_id, sender_id, sender_type, message, is_internal, metadata)
         select md5('big ' || n)::uuid, md5('ticket ' || case when n % 2 = 0 then 7 else 1 + n % 12 end)::uuid, md5('staff agent')::uuid, 'admin',
                repeat('Sawubona ', {bytes} / 9), true, jsonb_build_object('long', repeat('x', 100000))
         from generate_series(1, {messages}) n;
         alter table public.support_messages enable trigger user"
    );
    run(&adoption.platform.admin, &sql).await;
}

#[tokio::test]
#[ignore = "takes a minute; run by .ci/test-world adoption"]
async fn memory_does_not_depend_on_the_size_of_the_texts() {
    let adoption = Adoption::installed(&Contents::plain(60)).await;
    let base = measured_peak(&adoption, &["--dry-run"]).await;
    big(&adoption, 40, 3_000_000).await;
    for step in ["--dry-run", "--copy", "--verify", "--cut-over"] {
        let peak = measured_peak(&adoption, &[step]).await;
        // 120 MB of texts may cost less than a quarter of their size.
        assert!(
            peak < base + (30 << 20),
            "{step}: {peak} bytes, and {base} without them"
        );
    }
    let whole = "select count(*) from public.support_messages s join helpline.adopted_originals o on o.row_id = s.id and o.field = 'body'
        where o.original #>> array[]::text[] = s.message";
    assert_eq!(adoption.platform.ask(whole).await, "40");
    let same = "select count(*) from public.support_messages s join helpline.adopted_originals o on o.row_id = s.id and o.field = '*.metadata'
        where o.original = s.metadata";
    assert_eq!(adoption.platform.ask(same).await, "40");
    // A change in the middle of such a text is found.
    let changed = "set session_replication_role = replica;
        update helpline.adopted_originals set original = to_jsonb(overlay(original #>> array[]::text[] placing 'X' from 1500000)) where row_id = md5('big 2')::uuid and field = 'body'";
    let done = adoption.adopt_after(changed, &["--verify"]).await;
    assert_eq!(done.code, Some(1), "{}", done.told);
    let _ = measured(&adoption, &["--verify"]).await;
    // What is kept of rows that the platform has deleted stays, and is not read either.
    let deleted = "delete from public.support_messages where length(message) > 1000000";
    run(&adoption.platform.another_admin().await, deleted).await;
    for step in ["--follow", "--verify"] {
        let peak = measured_peak(&adoption, &[step]).await;
        assert!(
            peak < base + (30 << 20),
            "{step}, deleted: {peak} bytes, and {base} without them"
        );
    }
    let kept = "select count(*) from helpline.adopted_originals where field = 'body' and octet_length(original::text) > 1000000";
    assert_eq!(
        ask(&adoption.platform.another_admin().await, kept).await,
        "40"
    );
}
