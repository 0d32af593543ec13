-- The people were created with their final names, so no ticket needs to follow them. Otherwise the
-- gateway would do this work during the first minute of the measurement.
delete from people_to_follow
