-- Records that this instance is running. Returns the number of other running instances, and how
-- many of them have no relay (the message bus between instances).
select others, others_alone from {schema}.support_record_instance($1, $2, $3)
