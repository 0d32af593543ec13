-- Records that an upload's bytes are stored, and plans the check of the file.
select * from {schema}.uploads_finish($1, $2, $3, $4, $5, $6)
