print("ksx")
