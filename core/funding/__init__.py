"""What funders have us show: the sentence in force, the emblem of the Union, other logos."""
