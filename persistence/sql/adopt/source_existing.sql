-- Those of these tickets that the source still has.
select t.{ticket_id} from {tickets} t where t.{ticket_id} = any ($1)
