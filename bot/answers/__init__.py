"""The knowledge base: validated answers, from their draft to their withdrawal."""
