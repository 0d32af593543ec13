-- Cluster, timeline and restores, as one text.
select helpline_epoch()
