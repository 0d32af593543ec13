-- This instance serves; the others that do, and those of them without a relay.
select others, others_alone from {schema}.support_record_instance($1, $2, $3)
