-- Records a step of the adoption.
select {schema}.adopt_record($1, $2::text::jsonb)
