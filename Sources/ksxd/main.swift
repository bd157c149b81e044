print("ksxd")
