module switchboard

go 1.25
