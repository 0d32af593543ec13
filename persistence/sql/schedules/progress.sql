-- Records how far a run is, or ends it. Returns false if another instance has taken the run over.
select {schema}.schedules_progress($1, $2, $3, $4, $5, $6, $7)
