"""What a month costs at AWS: counted units times list prices, without free tiers and discounts."""
