"""What each route answers. Nothing here is imported until somebody asks for the document: the model of an order alone
takes longer to make than most answers do.
"""
