repository_name = "wordpress"
expire_images   = true
kept_images     = 5
