-- One statement, one snapshot: nothing falls between the rows and the snapshot of the next look.
select snapshot, epoch, tickets, seqs from support_sweep($1)
