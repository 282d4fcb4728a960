insights     = true
repositories = ["api", "worker"]
