-- The number of every ticket of the source. The oldest ticket keeps a number that several have; of tickets of one time, the one with the lowest id.
select t.{ticket_id}, {number}::text from {tickets} t order by {created_at} nulls last, t.{ticket_id}
